/** Random resources, the same for the same seed: for tests that hold stores and searches against each other. */
import type { FhirResource } from '../../src/fhir/types.ts';
import { compact, createRandom, type Random } from './random.ts';
import {
  address,
  canonical,
  concept,
  dateTime,
  decimal,
  identifier,
  instant,
  name,
  OWN,
  period,
  quantity,
  range,
  reference,
  timing,
  useContext,
  type Value,
  VERSIONS,
  words,
} from './random-values.ts';

const POOL = 12;
const ids = Array.from({ length: POOL }, (_, i) => String(i + 1));
const patients = ids.map((id) => `Patient/${id}`);
const subjects = [...patients, 'Group/1', 'Group/2', 'Device/1'];
const urlsOf = (type: string) => ['a', 'b', 'b/c', 'ab'].map((tail) => `${OWN}/${type}/${tail}`);
const related = [...urlsOf('Library'), ...urlsOf('PlanDefinition'), ...urlsOf('ActivityDefinition')];

/** `n` resources of mixed types, ids unique within a type. */
export function randomArtifacts(seed: number, n: number): readonly FhirResource[] {
  const random = createRandom(seed);
  const counts = new Map<string, number>();
  return Array.from({ length: n }, () => {
    const [type, make] = random.pick(makers);
    const count = (counts.get(type) ?? 0) + 1;
    counts.set(type, count);
    return compact({ resourceType: type, id: String(count), meta: meta(random), ...make(random) }) as unknown as FhirResource;
  });
}

function meta(random: Random): Value | undefined {
  return random.maybe(0.6, () =>
    compact({
      profile: random.maybe(0.6, () => [canonical(random, urlsOf('StructureDefinition'))]),
      tag: random.maybe(0.5, () => random.several(1, 2, () => (concept(random).coding as Value[] | undefined)?.[0] ?? { code: 'draft' })),
      security: random.maybe(0.3, () => [
        { system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: random.pick(['N', 'R']) },
      ]),
      source: random.maybe(0.3, () => random.pick(['http://source/a', 'http://source/a/b', 'urn:uuid:7'])),
    }),
  );
}

function artifact(type: string, random: Random): Value {
  return compact({
    url: random.maybe(0.9, () => random.pick(urlsOf(type))),
    version: random.maybe(0.8, () => random.pick(VERSIONS)),
    identifier: random.maybe(0.4, () => [identifier(random)]),
    name: random.maybe(0.7, () => words(random)),
    title: random.maybe(0.7, () => words(random)),
    status: random.pick(['draft', 'active', 'retired']),
    date: random.maybe(0.8, () => dateTime(random)),
    publisher: random.maybe(0.3, () => words(random)),
    description: random.maybe(0.4, () => `${words(random)}\n${words(random)}`),
    useContext: random.maybe(0.6, () => random.several(1, 2, () => useContext(random))),
    jurisdiction: random.maybe(0.3, () => [concept(random)]),
  });
}

function definition(type: string, random: Random): Value {
  return compact({
    ...artifact(type, random),
    topic: random.maybe(0.5, () => random.several(1, 2, () => concept(random))),
    effectivePeriod: random.maybe(0.5, () => period(random)),
    library: random.maybe(0.4, () => [canonical(random, urlsOf('Library'))]),
    relatedArtifact: random.maybe(0.5, () =>
      random.several(1, 2, () => ({ type: random.pick(['depends-on', 'derived-from', 'citation']), resource: canonical(random, related) })),
    ),
  });
}

function patient(random: Random): Value {
  const birthDate = random.maybe(0.8, () => dateTime(random, random.below(3)));
  return compact({
    identifier: random.maybe(0.8, () => random.several(1, 2, () => identifier(random))),
    active: random.maybe(0.6, () => random.chance(0.5)),
    name: random.maybe(0.9, () => random.several(1, 2, () => name(random))),
    telecom: random.maybe(0.4, () => [{ system: random.pick(['phone', 'email']), value: random.pick(['555-1', 'A@b.ch']) }]),
    gender: random.maybe(0.7, () => random.pick(['male', 'female'])),
    birthDate,
    _birthDate:
      birthDate === undefined && random.chance(0.5) ? { extension: [{ url: 'http://x/unknown', valueBoolean: true }] } : undefined,
    address: random.maybe(0.5, () => [address(random)]),
    communication: random.maybe(0.4, () => [
      { language: { coding: [{ system: 'urn:ietf:bcp:47', code: random.pick(['de-CH', 'DE-ch', 'fr']) }] } },
    ]),
    deceasedBoolean: random.maybe(0.2, () => random.chance(0.5)),
  });
}

function observation(random: Random): Value {
  const value = random.pick<() => Value>([
    () => ({ valueQuantity: quantity(random) }),
    () => ({ valueQuantity: quantity(random, ['mg', 'g']) }),
    () => ({ valueCodeableConcept: concept(random) }),
    () => ({ valueString: words(random) }),
    () => ({ valueDateTime: dateTime(random) }),
    () => ({}),
  ]);
  return {
    ...compact({
      identifier: random.maybe(0.3, () => [identifier(random)]),
      status: random.pick(['final', 'amended']),
      code: concept(random),
      ...about(random),
      ...effective(random),
      component: random.maybe(0.4, () =>
        random.several(1, 2, () => ({ code: concept(random), valueQuantity: quantity(random, ['mm[Hg]', 'mg']) })),
      ),
    }),
    ...value(),
  };
}

/** The subject: a reference, or somebody contained. */
function about(random: Random): Value {
  if (random.chance(0.1)) return { contained: [{ resourceType: 'Patient', id: 'p', ...patient(random) }], subject: { reference: '#p' } };
  return compact({ subject: random.maybe(0.9, () => reference(random, subjects)) });
}

function effective(random: Random): Value {
  return random.pick<() => Value>([
    () => ({ effectiveDateTime: dateTime(random) }),
    () => ({ effectivePeriod: period(random) }),
    () => ({ effectiveInstant: instant(random) }),
    () => ({ effectiveTiming: timing(random) }),
    () => ({}),
  ])();
}

const makers: readonly (readonly [string, (random: Random) => Value])[] = [
  ['Patient', patient],
  ['Observation', observation],
  ['Observation', observation],
  [
    'Condition',
    (random) =>
      compact({
        code: random.maybe(0.9, () => concept(random)),
        ...about(random),
        clinicalStatus: random.maybe(0.5, () => concept(random)),
        recordedDate: random.maybe(0.5, () => dateTime(random)),
        ...random.pick<() => Value>([
          () => ({ onsetDateTime: dateTime(random) }),
          () => ({ onsetPeriod: period(random) }),
          () => ({ onsetAge: quantity(random, ['a', 'mo']) }),
          () => ({}),
        ])(),
      }),
  ],
  [
    'PlanDefinition',
    (random) => ({
      ...definition('PlanDefinition', random),
      ...(random.chance(0.5) && {
        action: random.several(1, 2, () => ({ definitionCanonical: canonical(random, urlsOf('ActivityDefinition')) })),
      }),
    }),
  ],
  ['ActivityDefinition', (random) => definition('ActivityDefinition', random)],
  ['Questionnaire', (random) => artifact('Questionnaire', random)],
  ['ValueSet', (random) => artifact('ValueSet', random)],
  [
    'QuestionnaireResponse',
    (random) =>
      compact({
        questionnaire: random.maybe(0.9, () => canonical(random, urlsOf('Questionnaire'))),
        ...about(random),
        status: 'completed',
        authored: random.maybe(0.7, () => dateTime(random)),
      }),
  ],
  [
    'MedicationKnowledge',
    (random) =>
      compact({
        code: random.maybe(0.9, () => concept(random)),
        status: random.maybe(0.7, () => random.pick(['active', 'inactive'])),
        doseForm: random.maybe(0.5, () => concept(random)),
        medicineClassification: random.maybe(0.4, () => [{ type: concept(random), classification: [concept(random)] }]),
      }),
  ],
  [
    'RiskAssessment',
    (random) =>
      compact({
        status: 'final',
        ...about(random),
        prediction: random.maybe(0.9, () =>
          random.several(1, 2, () => (random.chance(0.7) ? { probabilityDecimal: decimal(random) } : { probabilityRange: range(random) })),
        ),
      }),
  ],
  [
    'DocumentReference',
    (random) =>
      compact({
        status: 'current',
        type: random.maybe(0.5, () => concept(random)),
        content: [
          {
            attachment: {
              contentType: random.pick(['text/xml', 'text/xml; charset=utf-8', 'TEXT/XML;charset=UTF-8', 'application/pdf']),
              url: random.pick(['http://docs/a', 'http://docs/a/b']),
            },
          },
        ],
        relatesTo: random.maybe(0.5, () => [
          { code: random.pick(['replaces', 'appends']), target: reference(random, ['DocumentReference/1', 'DocumentReference/2']) },
        ]),
      }),
  ],
];
