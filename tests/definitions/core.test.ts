import { describe, expect, test } from '@jest/globals';
import { openCore } from '../../src/definitions/core.ts';
import { resourceTypes } from '../../src/fhir/resource-types.ts';

const core = openCore();
const paths = (type: string) => (core.structure(type)?.snapshot?.element ?? []).map(({ path }) => path);

describe('definitions of R4', () => {
  test('have a structure and a summary for every resource type, and for nothing else', () => {
    for (const type of resourceTypes) {
      expect([type, core.structure(type)?.kind, core.summary(type)?.elements.has('id')]).toEqual([type, 'resource', true]);
    }
    expect(core.structure('SubscriptionStatus')).toBeUndefined();
    expect(core.structure('Bot')).toBeUndefined();
    expect(core.summary('DomainResource')).toBeUndefined();
  });

  test('leave out what the package adds to 4.0.1, and have what it lost', () => {
    expect(paths('Meta')).toEqual(
      ['', '.id', '.extension', '.versionId', '.lastUpdated', '.source', '.profile', '.security', '.tag'].map((p) => `Meta${p}`),
    );
    expect(paths('Binary')).not.toContain('Binary.url');
    expect(paths('ResearchStudy').filter((path) => path.includes('label'))).toEqual([]);
    expect(paths('EvidenceVariable').filter((path) => path.split('.').length === 3)).toEqual(
      [
        'id',
        'extension',
        'modifierExtension',
        'description',
        'definition[x]',
        'usageContext',
        'exclude',
        'participantEffective[x]',
        'timeFromStart',
        'groupMeasure',
      ].map((name) => `EvidenceVariable.characteristic.${name}`),
    );
    expect(core.structure('Bundle')?.snapshot?.element.find(({ path }) => path === 'Bundle.entry.response.outcome')?.type).toEqual([
      { code: 'Resource' },
    ]);
    expect(core.searchParameters().some(({ url }) => url.endsWith('DeviceDefinition-classification'))).toBe(false);
    expect(core.searchParameters()).toHaveLength(1377);
  });

  test('resolve by url, by url and version, and by type', () => {
    const url = 'http://hl7.org/fhir/ValueSet/publication-status';
    expect(core.resolve(url)).toMatchObject({ resourceType: 'ValueSet', id: 'publication-status' });
    expect(core.resolve(`${url}|4.0.1`)).toBe(core.resolve(url));
    expect(core.resolve(`${url}|3.0.0`)).toBeUndefined();
    expect(core.resolve(url, 'CodeSystem')).toBeUndefined();
    expect(core.resolve('http://terminology.hl7.org/ValueSet/v3-NullFlavor|4.0.1')).toMatchObject({ version: '2018-08-12' });
    expect(core.resolve('__proto__')).toBeUndefined();
  });

  test('every required binding leads to a value set, but those of an outside body', () => {
    const bound = resourceTypes
      .flatMap((type) => core.structure(type)?.snapshot?.element ?? [])
      .filter(({ binding }) => binding?.strength === 'required');
    const missing = bound.filter(({ binding }) => !core.resolve(binding?.valueSet ?? '', 'ValueSet')).map(({ path }) => path);
    expect(missing).toEqual(['MolecularSequence.structureVariant.variantType']);
  });

  test('know the implicit system of a code', () => {
    expect(core.codeSystems().get('PlanDefinition.status')).toBe('http://hl7.org/fhir/publication-status');
    expect(core.codeSystems().get('Identifier.use')).toBe('http://hl7.org/fhir/identifier-use');
    expect(core.codeSystems().get('DetectedIssue.status')).toBe('http://hl7.org/fhir/observation-status');
    expect(core.codeSystems().has('PlanDefinition.url')).toBe(false);
  });

  test('know summary, mandatory and modifier elements by their JSON names', () => {
    const plan = core.summary('PlanDefinition');
    expect(plan?.summary.has('title')).toBe(true);
    expect([...(plan?.summary ?? [])].filter((path) => path.startsWith('action'))).toEqual([]);
    expect(plan?.mandatory.has('status')).toBe(true);
    expect(plan?.choices.get('subject')).toEqual(['subjectCodeableConcept', 'subjectReference']);
    expect(core.summary('Patient')?.modifier).toEqual(
      new Set([
        'implicitRules',
        'modifierExtension',
        'active',
        'deceasedBoolean',
        'deceasedDateTime',
        'link',
        'contact.modifierExtension',
        'communication.modifierExtension',
        'link.modifierExtension',
      ]),
    );
    expect(core.summary('Patient')?.summary.has('link.other')).toBe(true);
  });

  test('have the five compartments and the operation definitions', () => {
    for (const name of ['Patient', 'Encounter', 'RelatedPerson', 'Practitioner', 'Device']) expect(core.compartment(name)?.code).toBe(name);
    expect(core.compartment('Group')).toBeUndefined();
    expect(core.operationDefinition('Resource-validate')?.code).toBe('validate');
    expect(core.operationDefinition('PlanDefinition-apply')?.code).toBe('apply');
  });
});
