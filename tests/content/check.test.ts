import { afterEach, describe, expect, test } from '@jest/globals';
import { checkContent } from '../../src/content/check.ts';
import type { Definitions } from '../../src/fhir/definitions.ts';
import { createTerminology } from '../../src/terminology/local-terminology.ts';
import { createValidator } from '../../src/validation/resource-validator.ts';
import { cleanUp, contentFolder, core } from './folder.ts';
import { documentFolders } from './folders.ts';

const base = 'https://example.org/fhir';
const validator = (definitions: Definitions) =>
  createValidator({ structure: core.structure, definitions, terminology: createTerminology({ definitions }) });
const check = (folders: readonly string[]) => checkContent({ folders, core, validator });

const trace = (layer: string, ...more: object[]) => ({
  url: `${base}/StructureDefinition/trace`,
  extension: [{ url: 'layer', valueCode: layer }, ...more],
});
const note = { url: 'note', valueString: 'line 1' };

/** A draft of any canonical type, marked and traced. */
function draft(resourceType: string, id: string, more: object = {}): Record<string, object> {
  const about = { url: `${base}/${resourceType}/${id}`, version: '1.0.0', name: id, status: 'draft', experimental: true };
  return { [`${resourceType}/${id}.json`]: { resourceType, id, extension: [trace('project')], ...about, ...more } };
}

const library = (id: string, expressions: Readonly<Record<string, string>>, valueSets: readonly string[] = []) =>
  draft('Library', id, {
    type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/library-type', code: 'logic-library' }] },
    extension: [
      trace('project'),
      ...Object.entries(expressions).map(([name, expression]) => ({
        url: `${base}/StructureDefinition/named-expression`,
        valueExpression: { name, description: name, language: 'text/fhirpath', expression },
      })),
    ],
    relatedArtifact: valueSets.map((name) => ({ type: 'depends-on', resource: `${base}/ValueSet/${name}|1.0.0` })),
  });

const plan = (id: string, expression: string, more: object = {}) =>
  draft('PlanDefinition', id, {
    library: [`${base}/Library/logic|1.0.0`],
    action: [{ condition: [{ kind: 'applicability', expression: { language: 'text/fhirpath', expression } }], ...more }],
  });

async function faultsOf(files: Record<string, object>): Promise<string[]> {
  const folder = contentFolder(files);
  const { faults } = await check([folder]);
  return faults.map((fault) => fault.replaceAll(`${folder}/`, ''));
}

afterEach(cleanUp);

describe('the committed content', () => {
  test('has no fault, and every item of a document is carried by some resource', async () => {
    const report = await check([...documentFolders, 'profiles']);
    expect(report.faults).toEqual([]);
    expect(report.uncarried).toEqual([]);
  });
});

describe('the check', () => {
  test('finds nothing wrong with what is right', async () => {
    const files = {
      ...library(
        'logic',
        { Old: '%patient.birthDate.exists()', Ill: '%Old and %conditions.code.coding.select(code).intersect(%Sick).exists()' },
        ['Sick'],
      ),
      ...draft('ValueSet', 'Sick'),
      ...plan('plan', '%Ill and %Old.not()'),
    };
    expect(await faultsOf(files)).toEqual([]);
  });

  test('refuses names that nothing defines, that are defined twice, or by themselves', async () => {
    const files = {
      ...library('logic', { A: '%B', B: '%C or %Lost', C: '%A', Sick: 'true' }, ['Sick']),
      ...draft('ValueSet', 'Sick'),
      ...plan('plan', '%a and %A'),
      ...draft('PlanDefinition', 'other', {
        action: [{ condition: [{ kind: 'start', expression: { language: 'text/fhirpath', expression: '%A' } }] }],
      }),
    };
    expect(await faultsOf(files)).toEqual([
      'Library/logic.json: the name %Sick is defined twice.',
      'Library/logic.json: %A is defined by itself: %A → %B → %C → %A.',
      'Library/logic.json: %B is defined by itself: %B → %C → %A → %B.',
      'Library/logic.json: %C is defined by itself: %C → %A → %B → %C.',
      'Library/logic.json: Library.extension[2].valueExpression names %Lost, which nothing defines there.',
      'PlanDefinition/other.json: PlanDefinition.action[0].condition[0].expression names %A, which nothing defines there.',
      'PlanDefinition/plan.json: PlanDefinition.action[0].condition[0].expression names %a, which nothing defines there.',
    ]);
  });

  test('refuses an expression that does not compile', async () => {
    const faults = await faultsOf({ ...library('logic', {}), ...plan('plan', 'Patient.where(') });
    expect(faults).toContainEqual(expect.stringMatching(/^PlanDefinition\/plan\.json: PlanDefinition\.action\[0\].*does not compile/));
  });

  test('refuses links that leave the version open or lead nowhere, and references without a file', async () => {
    const files = {
      ...draft('ValueSet', 'a', { compose: { include: [{ valueSet: [`${base}/ValueSet/b`, `${base}/ValueSet/c|1.0.0`] }] } }),
      ...draft('ValueSet', 'b'),
      ...draft('ActivityDefinition', 'd', { location: { reference: 'Location/nowhere' } }),
    };
    expect(await faultsOf(files)).toEqual([
      expect.stringContaining(
        `ValueSet/a.json: ValueSet.compose.include[0].valueSet[1] is "${base}/ValueSet/c|1.0.0", which leads nowhere`,
      ),
      `ValueSet/a.json: ValueSet.compose.include[0].valueSet[0] is "${base}/ValueSet/b" without a version; pin it with |version.`,
      'ActivityDefinition/d.json: ActivityDefinition.location refers to Location/nowhere, which no file holds.',
    ]);
  });

  test('refuses a code that the code system of the folder does not have', async () => {
    const files = {
      ...draft('CodeSystem', 'c', { content: 'complete', caseSensitive: true, concept: [{ code: 'a', concept: [{ code: 'b' }] }] }),
      ...draft('ActivityDefinition', 'd', { code: { coding: ['a', 'b', 'x'].map((code) => ({ system: `${base}/CodeSystem/c`, code })) } }),
    };
    expect(await faultsOf(files)).toEqual([
      `ActivityDefinition/d.json: ActivityDefinition.code.coding[2] has the code "x", which ${base}/CodeSystem/c does not have.`,
    ]);
  });

  test('refuses what does not say where it comes from', async () => {
    const traced = (id: string, ...extension: object[]) => draft('ValueSet', id, { extension });
    const files = {
      ...traced('a', { url: `${base}/StructureDefinition/other`, valueString: 'x' }),
      ...traced('b', trace('document')),
      ...traced('c', trace('document', note)),
      ...traced('d', trace('overlay')),
      ...traced('e', trace('overlay', { url: 'source', valueRelatedArtifact: { type: 'justification', citation: '(memory)' } })),
    };
    expect(await faultsOf(files)).toEqual([
      'ValueSet/a.json has no trace; say which layer and which items it stands for.',
      'ValueSet/b.json: ValueSet.extension[0] is of the document but names neither items and section nor lines.',
      'ValueSet/d.json: ValueSet.extension[0] is an overlay without source.',
    ]);
  });

  test('refuses what does not say that nobody reviewed it', async () => {
    const files = {
      ...draft('ValueSet', 'a', { experimental: false }),
      'Medication/m.json': {
        resourceType: 'Medication',
        id: 'm',
        extension: [trace('document', note)],
        code: { text: 'm' },
        status: 'active',
      },
    };
    expect(await faultsOf(files)).toEqual([
      'Medication/m.json does not say whether a clinician reviewed it; give it a meta.tag of the code system "review".',
      'ValueSet/a.json is a draft that is not experimental; set experimental to true.',
    ]);
  });

  test('refuses a questionnaire whose conditions ask what is not there', async () => {
    const item = [
      { linkId: '1', type: 'boolean', text: 'a' },
      {
        linkId: '1',
        type: 'group',
        text: 'b',
        item: [{ linkId: '2', type: 'string', text: 'c', enableWhen: [{ question: '3', operator: 'exists', answerBoolean: true }] }],
      },
    ];
    expect(await faultsOf(draft('Questionnaire', 'q', { item }))).toEqual(
      expect.arrayContaining([
        'Questionnaire/q.json: the linkId "1" stands twice.',
        'Questionnaire/q.json: item "2" is enabled by "3", which is no linkId of it.',
      ]),
    );
  });

  test('refuses a draft above its own maximum, and doNotPerform where it would forbid a message', async () => {
    const dose = (low: number, most: number) => ({
      timing: { repeat: { frequency: 1, period: 4, periodMax: 6, periodUnit: 'h' } },
      doseAndRate: [{ doseRange: { low: { value: low, code: 'mg' }, high: { value: 999, code: 'mg' } } }],
      maxDosePerPeriod: { numerator: { value: most, code: 'g' }, denominator: { value: 1, code: 'd' } },
    });
    const files = {
      ...draft('ActivityDefinition', 'a', { kind: 'MedicationRequest', dosage: [dose(500, 2)] }),
      ...draft('ActivityDefinition', 'b', { kind: 'MedicationRequest', dosage: [dose(501, 2)] }),
      ...draft('ActivityDefinition', 'c', { kind: 'CommunicationRequest', doNotPerform: true }),
      ...draft('ActivityDefinition', 'd', { kind: 'ServiceRequest', doNotPerform: true }),
      ...draft('ActivityDefinition', 'e', { kind: 'ServiceRequest', doNotPerform: true, extension: [trace('document', note)] }),
    };
    expect(await faultsOf(files)).toEqual([
      'ActivityDefinition/b.json drafts at least 2004 mg a day, above its own maximum of 2000 mg.',
      'ActivityDefinition/c.json says doNotPerform of a CommunicationRequest; only a ServiceRequest may.',
      'ActivityDefinition/e.json says doNotPerform without a trace of the layer project.',
    ]);
  });

  test('refuses a ceiling without dose-cap, and a dose-cap without ceiling', async () => {
    const rule = (...parts: object[]) => ({
      extension: [
        {
          url: `${base}/StructureDefinition/safety-rule`,
          extension: [{ url: 'affects', valueCanonical: `${base}/ActivityDefinition/a|1.0.0` }, ...parts],
        },
      ],
    });
    const ceiling = { url: 'maxPerDay', valueQuantity: { value: 1, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' } };
    const files = {
      ...draft('ActivityDefinition', 'a'),
      ...draft('PlanDefinition', 'p', {
        action: [
          rule({ url: 'severity', valueCode: 'dose-cap' }),
          rule({ url: 'severity', valueCode: 'caution' }, ceiling),
          rule({ url: 'severity', valueCode: 'dose-cap' }, ceiling),
          rule({ url: 'severity', valueCode: 'at-most-one' }),
        ],
      }),
    };
    expect(await faultsOf(files)).toEqual([
      'PlanDefinition/p.json: PlanDefinition.action[0].extension[0] must have maxPerDay exactly when its severity is dose-cap.',
      'PlanDefinition/p.json: PlanDefinition.action[1].extension[0] must have maxPerDay exactly when its severity is dose-cap.',
      'PlanDefinition/p.json: PlanDefinition.action[3].extension[0] must have a group exactly when its severity is at-most-one.',
    ]);
  });

  test('refuses what breaks R4, and names the items that nothing carries', async () => {
    const folder = contentFolder({
      ...draft('CodeSystem', 'content', { content: 'complete', concept: [{ code: 'a.one' }, { code: 'a.two' }, { code: 'a.three' }] }),
      ...draft('ValueSet', 'v', {
        status: 'finished',
        extension: [trace('document', { url: 'item', valueCode: 'a.one' }, { url: 'section', valueCode: 's' })],
      }),
      ...draft('PlanDefinition', 'p', { action: [{ code: [{ coding: [{ system: `${base}/CodeSystem/content`, code: 'a.two' }] }] }] }),
    });
    const { faults, uncarried } = await check([folder]);
    expect(faults).toEqual([expect.stringMatching(/ValueSet\/v\.json: .*status/)]);
    expect(uncarried).toEqual(['a.three']);
  });
});
