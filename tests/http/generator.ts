/** Requests that nobody would send by hand: parts of right ones, put together wrongly. Bounded in size, the same for the same seed. */
import type { Asked } from './door.ts';

export interface Generated extends Asked {
  readonly method: string;
  readonly path: string;
}

/** Numbers below a bound, from a seed (mulberry32). */
function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const METHODS = ['GET', 'GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const TYPES = [
  'Patient',
  'PlanDefinition',
  'Questionnaire',
  'Observation',
  'ValueSet',
  'Condition',
  'Bundle',
  'patient',
  'Nothing',
  '',
  '*',
  '$validate',
];
const IDS = [
  '1',
  'a.b-c',
  'red-flag-screen',
  'prs-article',
  'x'.repeat(64),
  'x'.repeat(65),
  'a_b',
  '.',
  '..',
  '%2e%2e',
  '$validate',
  '_search',
  '_history',
  '%00',
  '%ff',
  'é',
];
const TAILS = [
  '',
  '',
  '',
  '/',
  '/_history',
  '/_history/1',
  '/_history/99',
  '/_history/x',
  '/$validate',
  '/$nothing',
  '/*',
  '/Observation',
  '//',
];
const BASES = ['/fhir', '/fhir', '/fhir', '/fhir', '/fhir', '/cds-services', '/health', ''];
const NAMES = [
  ...[
    '_id',
    '_lastUpdated',
    '_count',
    '_sort',
    '_include',
    '_revinclude',
    '_summary',
    '_elements',
    '_total',
    '_format',
    '_pretty',
    '_tag',
    '_profile',
  ],
  ...[
    'name',
    'title',
    'url',
    'status',
    'code',
    'date',
    'birthdate',
    'subject',
    'patient',
    'value-quantity',
    'identifier',
    'version',
    'context-type-value',
  ],
  ...[
    '_cursor',
    '_since',
    '_at',
    '_has:Observation:patient:code',
    'subject:Patient.name',
    'subject.name.family',
    '_type',
    '_filter',
    '_list',
    '_text',
    '__proto__',
    'constructor',
    '',
  ],
];
const MODIFIERS = [
  '',
  '',
  '',
  '',
  ':exact',
  ':contains',
  ':missing',
  ':not',
  ':in',
  ':not-in',
  ':above',
  ':below',
  ':text',
  ':of-type',
  ':identifier',
  ':Patient',
  ':iterate',
  ':x',
];
const VALUES = [
  ...[
    '',
    'a',
    'active',
    'true',
    'Patient/1',
    'http://x|1',
    '|',
    '||',
    'a|b|c',
    '1',
    '-1',
    '0',
    '1e9',
    '1e999',
    'ge2020',
    'ge2020-13-45',
    '2020-02-30',
    'ap1',
    'lt',
    'NaN',
  ],
  ...[
    "'",
    '"',
    "' OR 1=1 --",
    '%25',
    '%00',
    '%',
    '_',
    '*',
    '(a+)+$',
    '[',
    '\\',
    '\\,',
    'a,b,,',
    '$',
    'a$b',
    '..',
    '%F0%9F%98%80',
    '%ED%A0%80',
    '%C0%80',
    '<script>',
    '{}',
    'null',
  ],
  ...[
    '-status,title',
    '-',
    ',',
    'Observation:subject',
    'Observation:subject:Patient',
    '*',
    'PlanDefinition:definition',
    'count',
    'text',
    'json',
    'xml',
    'accurate',
    'WyJ4Il0',
    'x'.repeat(300),
  ],
];
const HEADERS: readonly Readonly<Record<string, readonly string[]>>[] = [
  { Accept: ['*/*', 'application/json', 'application/fhir+xml', ';;;', 'application/fhir+json;fhirVersion=9', 'text/html;q=x', ''] },
  { 'If-Match': ['W/"1"', '"1"', '*', 'x', 'W/"99999999999999999999"', '""', ','] },
  { 'If-None-Match': ['W/"1"', '*', 'x', ''] },
  { 'If-Modified-Since': ['Sat, 14 Mar 2026 09:30:15 GMT', 'yesterday', ''] },
  { 'If-None-Exist': ['identifier=x', '?url=http://x', '', '%', '_count=1', 'name:x=1'] },
  {
    Prefer: ['return=minimal', 'return=OperationOutcome', 'handling=lenient', 'return=x', ',;=', 'handling=strict, return=representation'],
  },
  { 'Accept-Encoding': ['br', 'gzip', '*;q=0', 'x;q=2', ','] },
  { 'X-Request-Id': ['a', '<>', 'x'.repeat(100)] },
];
const CONTENT_TYPES = [
  'application/fhir+json',
  'application/fhir+json',
  'application/json',
  'application/json-patch+json',
  'application/x-www-form-urlencoded',
  'text/plain',
  'x',
  '',
];
const BODIES = [
  '',
  '{}',
  '[]',
  'null',
  '1',
  '"x"',
  '{',
  '{"resourceType":"Patient"}',
  '{"resourceType":"Patient","id":"1","name":[{"family":null}]}',
  '{"resourceType":"Patient","id":"1","name":{"family":"x"}}',
  '{"resourceType":"Patient","id":"1","birthDate":"2020-02-30","gender":"x"}',
  '{"resourceType":"Patient","id":"1","name":[{"family":["a",{"b":[]}]}],"meta":"x"}',
  '{"resourceType":"Patient","id":"1","meta":{"tag":[null,1,{"system":1}],"profile":"x","lastUpdated":5}}',
  '{"resourceType":"Observation","id":"1","status":"final","code":{"text":"x"},"valueQuantity":{"value":1e400}}',
  '{"resourceType":"Observation","id":"1","status":"final","code":{"coding":[{"code":1}]},"valueQuantity":{"value":"1"},"effectiveDateTime":"x"}',
  '{"resourceType":"Questionnaire","status":"draft","url":"http://x","version":"1","item":[{"linkId":"1","type":"group","item":"x"}]}',
  '{"resourceType":"ValueSet","status":"draft","url":"http://x/vs","compose":{"include":[{"valueSet":["http://x/vs"]}]}}',
  '{"resourceType":"PlanDefinition","status":"draft","action":[{"trigger":[{"type":"named-event","name":"patient-view"}],"condition":[{"kind":"applicability","expression":{"language":"text/fhirpath","expression":"((("}}]}]}',
  '{"resourceType":"SearchParameter","status":"active","expression":"(((","base":["Patient"],"code":"x","type":"token","url":"http://x","name":"x","description":"x"}',
  '{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET","url":"Patient?x=%"}},{"resource":null}]}',
  '{"resourceType":"Bundle","type":"batch","entry":"x"}',
  '{"resourceType":"Parameters","parameter":[{"name":"resource","resource":{"resourceType":"Patient"}},{"name":"mode","valueCode":"x"}]}',
  '{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"add"},{"name":"path","valueString":"((("}]}]}',
  '[{"op":"add","path":"/name/0/x","value":1},{"op":"move","from":"/a","path":"~2"}]',
  '[{"op":"test","path":"","value":{}},null,{"op":"x"}]',
  '{"hook":"patient-view","hookInstance":"x","context":{"patientId":1}}',
  '{"hook":"problem-list-item-create","hookInstance":"6b1a7a4e-2f5c-4c0d-9a7e-3d5d0b1f8c21","context":{"userId":"Practitioner/1","patientId":"1","conditions":{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Condition","code":{"coding":"x"}}}]}},"prefetch":{"patient":{"resourceType":"Patient","id":"1"},"conditions":{"resourceType":"Bundle","entry":[{"resource":5}]},"observations":[],"medications":"x"}}',
  'name=x&_count=2&_format=application/fhir+json',
  'a=%&b',
  `${'{"a":'.repeat(101)}1${'}'.repeat(101)}`,
  '{"__proto__":{"x":1},"resourceType":"Patient"}',
  '{"resourceType":"Patient","constructor":{"prototype":1},"toString":"x"}',
];

export function generator(seed: number): () => Generated {
  const random = randomOf(seed);
  const pick = <T>(items: readonly T[]): T => items[random(items.length)] as T;
  const some = <T>(most: number, make: () => T): T[] => Array.from({ length: random(most + 1) }, make);
  const parameter = () => `${pick(NAMES)}${pick(MODIFIERS)}=${some(2, () => pick(VALUES)).join(pick([',', ',', '%2C', '$', '|']))}`;
  const mangle = (text: string) => {
    const place = random(text.length + 1);
    return text.slice(0, place) + pick(['', '\u0000', '"', '}', ',', '1', '\\u0000', 'é', '[']) + text.slice(place + random(4));
  };

  return () => {
    const method = pick(METHODS);
    const query = some(3, parameter).join('&');
    const path = encodeURI(
      pick(BASES) +
        pick([
          '',
          `/${pick(TYPES)}`,
          `/${pick(TYPES)}/${pick(IDS)}${pick(TAILS)}`,
          '/metadata',
          '/_history',
          '/prs-patient-view',
          '/prs-problem-list-item-create',
        ]),
    );
    const address = `${path.replaceAll('%25', '%') || '/'}${query && '?'}${encodeURI(query).replaceAll('%25', '%')}`;
    const headers = Object.assign(
      {},
      ...some(2, () => Object.entries(pick(HEADERS)).map(([name, values]) => ({ [name]: pick(values) }))).flat(),
    );
    if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return { method, path: address, headers };
    const body = random(3) === 0 ? mangle(pick(BODIES)) : pick(BODIES);
    const type = pick(CONTENT_TYPES);
    return { method, path: address, headers: { ...headers, ...(type && { 'Content-Type': type }) }, body };
  };
}
