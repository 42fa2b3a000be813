/** Requests that nobody would send by hand: parts of right ones, put together wrongly. Bounded in size, the same for the same seed. */
import { readFileSync } from 'node:fs';
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

interface Inputs {
  readonly methods: readonly string[];
  readonly types: readonly string[];
  readonly ids: readonly string[];
  readonly tails: readonly string[];
  readonly bases: readonly string[];
  readonly names: readonly string[];
  readonly modifiers: readonly string[];
  readonly values: readonly string[];
  readonly contentTypes: readonly string[];
  readonly bodies: readonly string[];
  readonly headers: readonly Readonly<Record<string, readonly string[]>>[];
  /** What mutations begin with: each is right as it stands. */
  readonly sound: readonly object[];
  readonly junk: readonly unknown[];
  /** Search parameters by type. */
  readonly searches: Readonly<Record<string, readonly string[]>>;
}

const inputs = JSON.parse(readFileSync(new URL('./inputs.json', import.meta.url), 'utf8')) as Inputs;

export function generator(seed: number): () => Generated {
  const random = randomOf(seed);
  const pick = <T>(items: readonly T[]): T => items[random(items.length)] as T;
  const some = <T>(most: number, make: () => T): T[] => Array.from({ length: random(most + 1) }, make);
  const values = () => [pick(inputs.values), ...some(1, () => pick(inputs.values))].join(pick([',', ',', '%2C', '$', '|']));
  const parameter = (names: readonly string[] = inputs.names) =>
    `${pick(random(4) ? names : inputs.names)}${pick(inputs.modifiers)}=${values()}`;
  const headers = (): Record<string, string> =>
    Object.fromEntries(some(2, () => Object.entries(pick(inputs.headers)).map(([name, choices]) => [name, pick(choices)] as const)).flat());
  const encode = (text: string) => encodeURI(text).replaceAll('%25', '%');

  function mutate(value: unknown): unknown {
    if (value === null || typeof value !== 'object' || random(5) === 0) return pick(inputs.junk);
    if (Array.isArray(value)) {
      const copy: unknown[] = [...value];
      copy[random(value.length + 1)] = copy.length ? mutate(pick(copy)) : pick(inputs.junk);
      return copy;
    }
    const copy: Record<string, unknown> = { ...value };
    const name = pick([...Object.keys(copy), 'x', 'extension', '_id']);
    if (random(8) === 0) delete copy[name];
    else copy[name] = mutate(copy[name]);
    return copy;
  }

  function mangle(text: string): string {
    const place = random(text.length + 1);
    return text.slice(0, place) + pick(['', '\u0000', '"', '}', ',', '1', '\\u0000', 'é', '[']) + text.slice(place + random(4));
  }

  function body(): { text: string; type: string } {
    let value: unknown = pick(inputs.sound);
    const { resourceType } = value as { resourceType?: string };
    for (let changes = random(4); changes > 0; changes--) value = mutate(value);
    const text = random(3) ? JSON.stringify(value) : random(2) ? mangle(JSON.stringify(value)) : pick(inputs.bodies);
    return { text, type: resourceType ?? 'Patient' };
  }

  const search = (): Generated => {
    const type = pick(Object.keys(inputs.searches));
    const query = encode([parameter(inputs.searches[type]), ...some(2, () => parameter(inputs.searches[type]))].join('&'));
    if (random(6)) return { method: 'GET', path: `/fhir/${type}?${query}`, headers: headers() };
    return {
      method: 'POST',
      path: `/fhir/${type}/_search`,
      headers: { ...headers(), 'Content-Type': 'application/x-www-form-urlencoded' },
      body: query,
    };
  };
  const write = (): Generated => {
    const { text, type } = body();
    const [method, path] = pick([
      ['POST', `/fhir/${type}`],
      ['PUT', `/fhir/${type}/1`],
      ['PUT', `/fhir/${type}/${encode(pick(inputs.ids))}`],
      ['PATCH', `/fhir/${type}/1`],
      ['POST', `/fhir/${type}/$validate`],
      ['PUT', `/fhir/${type}?${encode(parameter())}`],
      ['POST', '/fhir'],
      ['DELETE', `/fhir/${type}/1`],
      ['POST', '/cds-services/prs-problem-list-item-create'],
      ['POST', '/cds-services/prs-patient-view'],
    ] as const);
    const contentType = method === 'PATCH' && random(2) ? 'application/json-patch+json' : 'application/fhir+json';
    return { method, path, headers: { ...headers(), 'Content-Type': random(9) ? contentType : pick(inputs.contentTypes) }, body: text };
  };
  const read = (): Generated => {
    const place = pick([
      'Patient/1',
      'Patient/1/_history',
      'Observation/_history',
      '_history',
      'PlanDefinition/prs-red-flags',
      'Patient/1/Observation',
      'metadata',
      '',
    ]);
    return { method: pick(['GET', 'GET', 'HEAD']), path: `/fhir/${place}?${encode(some(2, parameter).join('&'))}`, headers: headers() };
  };
  const wild = (): Generated => {
    const place = pick(['', `/${pick(inputs.types)}`, `/${pick(inputs.types)}/${pick(inputs.ids)}${pick(inputs.tails)}`]);
    const path = encode(pick(inputs.bases) + place) || '/';
    const method = pick(inputs.methods);
    const asked = { method, path: `${path}?${encode(some(2, parameter).join('&'))}`, headers: headers() };
    return ['GET', 'HEAD', 'OPTIONS'].includes(method) ? asked : { ...asked, body: pick(inputs.bodies) };
  };
  return () => pick([search, search, search, write, write, write, write, read, wild])();
}
