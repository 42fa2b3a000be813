/** Search parameters that are stored while the server serves: from the write to a search that finds all. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { keepDefinitions } from '../../src/content/kept-definitions.ts';
import { openSearchParameters, type SearchParameters } from '../../src/content/search-parameters.ts';
import type { FhirResource, Parameters, ParametersParameter, SearchParameter } from '../../src/fhir/types.ts';
import { searchParameterStatus } from '../../src/operations/search-parameter-status.ts';
import type { StoreUpkeep } from '../../src/storage/upkeep.ts';
import { withParameterCheck } from '../../src/write-check.ts';
import { BASE, type Client, client, refusal } from '../rest/client.ts';
import { cleanUp, core, openStore } from './folder.ts';

const nickname: SearchParameter = {
  resourceType: 'SearchParameter',
  id: 'nickname',
  url: 'https://example.org/SearchParameter/nickname',
  name: 'Nickname',
  status: 'active',
  description: 'What friends say',
  code: 'nickname',
  base: ['Patient'],
  type: 'string',
  expression: "Patient.name.where(use = 'nickname').given",
};
const patient = (id: string, given: string) => ({ resourceType: 'Patient', id, name: [{ use: 'nickname', given: [given] }] });

interface Server {
  readonly rest: Client;
  readonly parameters: SearchParameters;
}
const running: SearchParameters[] = [];

/** A process over a store: the same wiring as `server.ts` has. */
async function serve({ store, upkeep }: Pick<ReturnType<typeof openStore>, 'store' | 'upkeep'>, settle = 0): Promise<Server> {
  const own: SearchParameter = {
    ...nickname,
    id: 'own',
    url: 'https://example.org/SearchParameter/own',
    code: 'own',
    base: ['Group'],
    expression: 'Group.name',
  };
  const parameters = await openSearchParameters({ store, upkeep, core, own: [own], baseUrl: BASE, settle });
  running.push(parameters);
  const rest = client({
    store: keepDefinitions({
      store,
      isOwn: (type, id) => `${type}/${id}` === 'SearchParameter/Patient-animal',
      written: parameters.refresh,
    }),
    parameters: parameters.registry,
    check: withParameterCheck(async () => [], parameters.faults),
    operations: [searchParameterStatus(parameters)],
  });
  return { rest, parameters };
}

const put = (rest: Client, body: FhirResource | object) => {
  const { resourceType, id } = body as FhirResource;
  return rest.call('PUT', `${resourceType}/${id}`, { body });
};
const ids = async (rest: Client, address: string): Promise<string[]> =>
  ((await rest.call('GET', `${address}&_count=1000`)).json.entry ?? [])
    .map(({ resource }: { resource: FhirResource }) => resource.id)
    .sort();
const advertised = async (rest: Client): Promise<string[]> => {
  const { json } = await rest.call('GET', 'metadata');
  return json.rest[0].resource
    .find(({ type }: { type: string }) => type === 'Patient')
    .searchParam.map(({ name }: { name: string }) => name);
};

/** `$status` as plain values. */
const plain = ({ name, part, ...value }: ParametersParameter): [string, unknown] => [
  name,
  part ? Object.fromEntries(part.map(plain)) : Object.values(value)[0],
];
const status = async (rest: Client, query = '', address = 'SearchParameter/$status') => {
  const json: Parameters = (await rest.call('GET', `${address}${query}`)).json;
  return (json.parameter ?? []).map((each) => plain(each)[1]);
};

/** An upkeep that waits before rows are indexed again, until it is let go. */
function held(upkeep: StoreUpkeep) {
  let letGo = () => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const waiting = replaced(upkeep, 'reindex', async (rows) => {
    await gate;
    return upkeep.reindex(rows);
  });
  return { upkeep: waiting, letGo };
}

function replaced<N extends keyof StoreUpkeep>(upkeep: StoreUpkeep, name: N, by: StoreUpkeep[N]): StoreUpkeep {
  return new Proxy(upkeep, {
    get: (target, member) => {
      const value: unknown = member === name ? by : Reflect.get(target, member);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

afterEach(async () => {
  for (const parameters of running.splice(0)) await parameters.stop();
  await cleanUp();
});

describe('a search parameter that is stored', () => {
  test('is refused while it is indexed, then found by and advertised; $status tells how far', async () => {
    const opened = openStore();
    const gate = held(opened.upkeep);
    const { rest, parameters } = await serve({ store: opened.store, upkeep: gate.upkeep });
    await parameters.start();
    for (let i = 0; i < 30; i++) await put(rest, patient(`p${i}`, i % 2 ? 'Odd' : 'Even'));
    expect((await put(rest, nickname)).status).toBe(201);

    expect(await refusal(rest.call('GET', 'Patient?nickname=odd'))).toMatchObject({
      kind: 'not-supported',
      message: expect.stringMatching(/"nickname" of Patient is being indexed/),
    });
    expect(await ids(rest, 'Patient?_id=p3')).toEqual(['p3']);
    expect(await advertised(rest)).not.toContain('nickname');
    const described = { url: nickname.url, code: 'nickname', definition: { reference: 'SearchParameter/nickname' } };
    expect(await status(rest)).toEqual([
      { ...described, status: 'indexing', resource: { type: 'Patient', complete: false, done: 0, total: 30 } },
    ]);

    await put(rest, patient('p30', 'Odd')); // written with the new parameter already
    expect(await status(rest)).toMatchObject([{ resource: { done: 1, total: 31 } }]);
    gate.letGo();
    await parameters.start();
    expect(await ids(rest, 'Patient?nickname=odd')).toHaveLength(16);
    expect(await advertised(rest)).toContain('nickname');
    const complete = { ...described, status: 'complete', resource: { type: 'Patient', complete: true, done: 31, total: 31 } };
    expect(await status(rest, '', 'SearchParameter/nickname/$status')).toEqual([complete]);
    expect(await ids(rest, `SearchParameter?url=${nickname.url}`)).toEqual(['nickname']);
  });

  test('goes when it is retired or deleted, and comes back', async () => {
    const { rest, parameters } = await serve(openStore());
    await parameters.start();
    await put(rest, patient('a', 'Abi'));
    await put(rest, nickname);
    await parameters.start();
    expect(await ids(rest, 'Patient?nickname=ab')).toEqual(['a']);
    await put(rest, { ...nickname, status: 'retired' });
    expect(await refusal(rest.call('GET', 'Patient?nickname=ab'))).toMatchObject({ message: expect.stringContaining('nickname') });
    expect(await advertised(rest)).not.toContain('nickname');
    expect(await status(rest)).toMatchObject([{ status: 'idle', reason: expect.stringContaining('retired') }]);
    await put(rest, nickname);
    await parameters.start();
    expect(await ids(rest, 'Patient?nickname=ab')).toEqual(['a']);
    await rest.call('DELETE', 'SearchParameter/nickname');
    expect(await refusal(rest.call('GET', 'Patient?nickname=ab'))).toMatchObject({ message: expect.stringContaining('nickname') });
    expect(await status(rest)).toEqual([]);
  });

  test('means what its last version says, once that is indexed', async () => {
    const { rest, parameters } = await serve(openStore());
    await parameters.start();
    await put(rest, { ...patient('a', 'Abi'), gender: 'male' });
    await put(rest, nickname);
    await parameters.start();
    await put(rest, { ...nickname, expression: 'Patient.gender', type: 'token' });
    await parameters.start();
    expect(await ids(rest, 'Patient?nickname=male')).toEqual(['a']);
    expect(await ids(rest, 'Patient?nickname=abi')).toEqual([]);
  });

  test('on all types, and as a part of a composite', async () => {
    const { rest, parameters } = await serve(openStore());
    await parameters.start();
    const contained = {
      ...nickname,
      id: 'tongue',
      url: 'https://example.org/tongue',
      code: 'tongue',
      base: ['Resource'],
      type: 'token',
      expression: 'Resource.language',
    };
    const system = {
      ...nickname,
      id: 'b',
      url: 'https://example.org/b',
      code: 'telecom-system',
      type: 'token',
      expression: 'Patient.telecom.system',
    };
    const use = { ...system, id: 'c', url: 'https://example.org/c', code: 'telecom-use', expression: 'Patient.telecom.use' };
    const both = {
      ...system,
      id: 'a',
      url: 'https://example.org/a',
      code: 'telecom-system-use',
      type: 'composite',
      expression: 'Patient.telecom',
      component: [
        { definition: system.url, expression: 'system' },
        { definition: use.url, expression: 'use' },
      ],
    };
    await put(rest, {
      resourceType: 'Patient',
      id: 'x',
      language: 'de',
      telecom: [
        { system: 'phone', use: 'home' },
        { system: 'email', use: 'work' },
      ],
    });
    expect(await refusal(put(rest, both))).toMatchObject({
      kind: 'unprocessable',
      issues: [{ diagnostics: expect.stringContaining(system.url) }],
    });
    for (const each of [contained, system, use, both]) await put(rest, each);
    await parameters.start();
    expect(await ids(rest, 'Patient?tongue=de')).toEqual(['x']);
    expect(await ids(rest, '?tongue=de')).toEqual(['x']);
    expect(await ids(rest, 'Patient?telecom-system-use=phone$home')).toEqual(['x']);
    expect(await ids(rest, 'Patient?telecom-system-use=phone$work')).toEqual([]);
    await put(rest, { ...use, status: 'draft' });
    expect(await status(rest, '?url=https://example.org/a')).toMatchObject([{ status: 'idle', reason: expect.stringContaining(use.url) }]);
  });
});

describe('what is not in force', () => {
  const wrong: readonly [what: string, change: Partial<SearchParameter>, element: string, said: string][] = [
    ['an expression that does not compile', { expression: 'Patient.name.first(' }, 'expression', 'does not compile'],
    ['an unknown function', { expression: 'Patient.name.nofunction()' }, 'expression', 'nofunction'],
    ['an element that R4 has not', { expression: 'Patient.nickname' }, 'expression', 'names no element'],
    [
      'an element that R4 has not, beside one that it has',
      { expression: 'Patient.name.given | Patient.nickname' },
      'expression',
      '"Patient.nickname"',
    ],
    ['another type than its base', { expression: 'Person.name.given' }, 'expression', 'names no element that R4 has in Patient'],
    ['a base that it says nothing of', { base: ['Patient', 'Person'] }, 'expression', 'nothing of Person'],
    ['an unknown base', { base: ['Patent'] as never }, 'base', '"Patent"'],
    ['no expression', { expression: undefined as never }, 'expression', 'no expression'],
    ['the type special', { type: 'special' }, 'type', 'special'],
    ['a type that cannot look at its elements', { type: 'quantity' }, 'expression', 'finds string'],
    ['phonetic comparison', { xpathUsage: 'phonetic' }, 'xpathUsage', 'phonetic'],
    ["R4's code", { code: 'gender' }, 'code', 'individual-gender'],
    ["R4's code for all types", { code: 'gender', base: ['Resource'], expression: 'Resource.id' }, 'code', 'means'],
    ["R4's url", { url: 'http://hl7.org/fhir/SearchParameter/individual-gender' }, 'url', 'comes with the server'],
    ['a code of the profiles', { code: 'own', base: ['Group'], expression: 'Group.code' }, 'code', 'part of the server'],
    ['a code like those of R4 itself', { code: '_nickname' }, 'code', 'begins with a letter'],
    ['a code that no query could hold', { code: 'nick.name' }, 'code', 'nick.name'],
    ['following references', { expression: 'Patient.generalPractitioner.resolve().name' }, 'expression', 'follows references'],
    [
      'a composite of one part',
      { type: 'composite', expression: 'Patient.name', component: [{ definition: 'x', expression: 'given' }] },
      'component',
      'no search parameter in force',
    ],
  ];

  test('what rows cannot be indexed with is refused with 422', async () => {
    const { rest } = await serve(openStore());
    for (const [what, change, element, said] of wrong) {
      const body = JSON.parse(JSON.stringify({ ...nickname, ...change }));
      const { kind, issues = [] } = await refusal(put(rest, body));
      expect([what, kind]).toEqual([what, 'unprocessable']);
      expect(issues[0]).toMatchObject({ severity: 'error', code: 'business-rule', expression: [`SearchParameter.${element}`] });
      expect(issues[0]?.diagnostics).toContain(said);
      // a draft may be unfinished: it is stored, its faults are told, and it is not in force
      const asked = { body: { ...body, status: 'draft' }, prefer: { return: 'OperationOutcome' } } as const;
      const draft = await rest.call('PUT', 'SearchParameter/nickname', asked);
      expect(draft.json.issue[0]).toMatchObject({ severity: 'warning', diagnostics: issues[0]?.diagnostics });
      expect(await status(rest)).toMatchObject([{ status: 'idle', reason: expect.stringContaining('draft') }]);
    }
  });

  test('a code that another stored one has is refused, and free when that one is retired', async () => {
    const { rest } = await serve(openStore());
    await put(rest, nickname);
    const rival = { ...nickname, id: 'rival', url: 'https://example.org/rival' };
    expect(await refusal(put(rest, rival))).toMatchObject({
      kind: 'unprocessable',
      issues: [{ diagnostics: expect.stringContaining(nickname.url) }],
    });
    expect((await put(rest, { ...nickname, description: 'again' })).status).toBe(200);
    await put(rest, { ...nickname, status: 'retired' });
    expect((await put(rest, rival)).status).toBe(201);
  });

  test('of several versions of a url only the latest active one counts', async () => {
    const { rest, parameters } = await serve(openStore());
    await parameters.start();
    await put(rest, { ...patient('a', 'Abi'), gender: 'male' });
    await put(rest, { ...nickname, version: '1.0.0' });
    await put(rest, { ...nickname, id: 'nickname2', version: '2.0.0', expression: 'Patient.gender', type: 'token' });
    await parameters.start();
    expect(await ids(rest, 'Patient?nickname=male')).toEqual(['a']);
    expect(await status(rest)).toMatchObject([{ status: 'idle', reason: expect.stringContaining('nickname2') }, { status: 'complete' }]);
  });

  test('what comes with the server is neither changed nor deleted', async () => {
    const { rest } = await serve(openStore());
    const body = { ...nickname, id: 'Patient-animal', status: 'draft' };
    expect(await refusal(put(rest, body))).toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining('SearchParameter/Patient-animal'),
    });
    expect(await refusal(rest.call('DELETE', 'SearchParameter/Patient-animal'))).toMatchObject({ kind: 'conflict' });
  });

  test('$status finds what comes with the server when it is asked for, and refuses what it does not know', async () => {
    const { rest } = await serve(openStore());
    await put(rest, patient('a', 'Abi'));
    const gender = await status(rest, '?code=gender&resource=Patient');
    expect(gender).toEqual([
      {
        url: 'http://hl7.org/fhir/SearchParameter/individual-gender',
        code: 'gender',
        definition: { reference: 'SearchParameter/individual-gender' },
        status: 'complete',
        resource: expect.objectContaining({ complete: true }),
      },
    ]);
    expect(await status(rest, '?code=near')).toMatchObject([{ status: 'idle', reason: expect.stringContaining('not offered') }]);
    expect(await refusal(rest.call('GET', 'SearchParameter/nobody/$status'))).toMatchObject({ kind: 'not-found' });
    expect(await refusal(rest.call('GET', 'SearchParameter/$status?cod=x'))).toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('"cod"'),
    });
    expect(await refusal(rest.call('POST', 'SearchParameter/$status', { body: { resourceType: 'Patient' } }))).toMatchObject({
      kind: 'invalid',
    });
    const parameter = [{ name: 'code', valueCode: 'gender' }];
    const { json } = await rest.call('POST', 'SearchParameter/$status', { body: { resourceType: 'Parameters', parameter } });
    expect(json.parameter).toHaveLength(1);
  });
});

describe('several processes, and starts in between', () => {
  test('another process learns of it, and no row is lost that it writes before', async () => {
    const here = openStore();
    const there = openStore(here.path);
    const other = await serve(there);
    await other.parameters.start();
    let passes = 0;
    const stale: StoreUpkeep['stale'] = async (...asked) => {
      const page = await here.upkeep.stale(...asked);
      // the first pass is over: a process that has not heard of it yet writes once more
      if (asked[0] === 'Patient' && page.items.length === 0 && passes++ === 0) await put(other.rest, patient('late', 'Late'));
      return page;
    };
    const { rest, parameters } = await serve({ store: here.store, upkeep: replaced(here.upkeep, 'stale', stale) }, 1);
    await put(rest, patient('a', 'Abi'));
    await parameters.start();
    passes = 0;
    await put(rest, nickname);
    await parameters.start();
    expect(passes).toBeGreaterThan(1);
    expect(await ids(rest, 'Patient?nickname:missing=false')).toEqual(['a', 'late']);
    await other.parameters.refresh();
    await other.parameters.start();
    expect(await ids(other.rest, 'Patient?nickname=late')).toEqual(['late']);
  });

  test('a start in the middle goes on where the one before stopped; only the new parameter waits', async () => {
    const opened = openStore();
    const { store, upkeep } = opened;
    const before = await serve(opened);
    for (let i = 0; i < 60; i++) await put(before.rest, patient(`p${i}`, 'Abi'));
    let batches = 0;
    const once = replaced(upkeep, 'reindex', async (rows) => {
      batches++;
      const done = await upkeep.reindex(rows);
      void first.parameters.stop();
      return done;
    });
    const first = await serve({ store, upkeep: once });
    await first.parameters.start();
    await put(first.rest, nickname);
    await first.parameters.start();
    expect(batches).toBe(1);

    const gate = held(upkeep);
    const next = await serve({ store, upkeep: gate.upkeep });
    expect(await status(next.rest)).toMatchObject([{ status: 'indexing', resource: { done: 25, total: 60 } }]);
    expect(await refusal(next.rest.call('GET', 'Patient?nickname=abi'))).toMatchObject({ kind: 'not-supported' });
    expect(await ids(next.rest, 'Patient?given=abi')).toHaveLength(60);
    gate.letGo();
    await next.parameters.start();
    expect(await ids(next.rest, 'Patient?nickname=abi')).toHaveLength(60);
  });

  test('one that is stored while another is indexed waits for its turn, none is forgotten', async () => {
    const opened = openStore();
    const gate = held(opened.upkeep);
    const { rest, parameters } = await serve({ store: opened.store, upkeep: gate.upkeep });
    await parameters.start();
    for (let i = 0; i < 40; i++) await put(rest, { ...patient(`p${i}`, 'Abi'), gender: 'male' });
    const first = put(rest, nickname);
    const second = put(rest, {
      ...nickname,
      id: 'sex',
      url: 'https://example.org/sex',
      code: 'sex',
      type: 'token',
      expression: 'Patient.gender',
    });
    gate.letGo();
    await Promise.all([first, second]);
    await parameters.start();
    expect(await ids(rest, 'Patient?nickname=abi&sex=male')).toHaveLength(40);
  });

  test('an active one that this release cannot use is left aside with its reason', async () => {
    const opened = openStore();
    const writer = client({ store: opened.store });
    await writer.call('PUT', 'SearchParameter/odd', { body: { ...nickname, id: 'odd', expression: 'Patient.nothing' } });
    await writer.call('PUT', 'SearchParameter/bare', { body: { resourceType: 'SearchParameter', id: 'bare', status: 'active' } });
    const { rest } = await serve(opened);
    const told = (await status(rest)) as { reason: string }[];
    expect(told.map(({ reason }) => reason)).toEqual([expect.stringContaining('needs a url'), expect.stringContaining('names no element')]);
  });
});
