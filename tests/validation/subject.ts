import { openCore } from '../../src/definitions/core.ts';
import type { Definitions } from '../../src/fhir/definitions.ts';
import type { FhirResource, OperationOutcomeIssue } from '../../src/fhir/types.ts';
import { createTerminology } from '../../src/terminology/local-terminology.ts';
import { createValidator } from '../../src/validation/resource-validator.ts';
import type { Validator } from '../../src/validation/validator.ts';

export const core = openCore();

/** A validator over R4 and these resources. */
export function validatorOf(...stored: (FhirResource & { url?: string })[]): Validator {
  const definitions: Definitions = {
    resolve: async <T extends FhirResource>(canonical: string, type?: FhirResource['resourceType']) =>
      (stored.find(({ url, resourceType }) => url === canonical && resourceType === type) ?? core.resolve(canonical, type)) as
        | T
        | undefined,
  };
  return createValidator({ structure: core.structure, definitions, terminology: createTerminology({ definitions }) });
}

/** `severity code expression` of each issue. */
export function lines(issues: readonly OperationOutcomeIssue[]): string[] {
  return issues.map(({ severity, code, expression }) => `${severity} ${code} ${expression?.[0]}`);
}

export const plan = {
  resourceType: 'PlanDefinition',
  id: 'low-back',
  url: 'http://example.org/PlanDefinition/low-back',
  version: '1.0.0',
  name: 'LowBack',
  title: 'Low back',
  status: 'draft',
  type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/plan-definition-type', code: 'eca-rule' }] },
  date: '2024-02-29',
  useContext: [
    {
      code: { system: 'http://terminology.hl7.org/CodeSystem/usage-context-type', code: 'age' },
      valueRange: { low: { value: 18, unit: 'years', system: 'http://unitsofmeasure.org', code: 'a' } },
    },
  ],
  library: ['http://example.org/Library/logic|1.0.0'],
  action: [
    {
      id: 'screen',
      title: 'Screen',
      trigger: [{ type: 'named-event', name: 'problem-list-item-create' }],
      condition: [{ kind: 'applicability', expression: { language: 'text/fhirpath', expression: '%context.exists()' } }],
      selectionBehavior: 'any',
      action: [
        {
          title: 'Examine',
          definitionCanonical: 'http://example.org/ActivityDefinition/exam',
          relatedAction: [
            {
              actionId: 'screen',
              relationship: 'after-end',
              offsetDuration: { value: 1, unit: 'day', system: 'http://unitsofmeasure.org', code: 'd' },
            },
          ],
        },
      ],
    },
  ],
};

export const patient = {
  resourceType: 'Patient',
  id: 'p',
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>Words &amp; more</p></div>' },
  identifier: [{ system: 'http://example.org/ids', value: '1' }],
  name: [
    {
      family: 'Quinn',
      given: ['A', null, 'C'],
      _given: [null, { extension: [{ url: 'http://example.org/absent', valueCode: 'masked' }] }, null],
    },
  ],
  gender: 'female',
  _birthDate: { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] },
  multipleBirthInteger: 2,
  managingOrganization: { reference: '#org' },
  contained: [{ resourceType: 'Organization', id: 'org', name: 'Clinic' }],
};

/** A copy with one value set, or with `undefined` taken out; `path` as `action.0.title`. */
export function change<T extends object>(resource: T, path: string, value: unknown): T {
  const copy = structuredClone(resource);
  const names = path.split('.');
  const last = names.pop() ?? '';
  let parent = copy as Record<string, unknown>;
  for (const name of names) parent = parent[name] as Record<string, unknown>;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}
