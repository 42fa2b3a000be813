import { describe, expect, test } from '@jest/globals';
import { FhirError } from '../../src/fhir/error.ts';
import type { Fetch } from '../../src/fhir/fetch.ts';
import type { FhirResource } from '../../src/fhir/types.ts';
import { faultsOf } from './oracle.ts';
import { bundle, condition, NOW, OUTCOME, patient, request, resources, services } from './toy.ts';

const EHR = 'https://ehr.example/fhir';
const TOKEN = 'secret-token-1234';
const authorization = { access_token: TOKEN, token_type: 'Bearer', expires_in: 300, scope: 'x', subject: 'y' };
const KEYS = { patient: 'Patient', conditions: 'Condition', medications: 'MedicationRequest', observations: 'Observation' };
const full = request('1').prefetch;
const next = (url: string, ...found: object[]) => ({
  ...bundle(...found),
  link: [
    { relation: 'self', url: 'x' },
    { relation: 'next', url },
  ],
});

/** An EHR that has these answers, and who asked for what with which token. */
function ehr(answers: Record<string, object>) {
  const asked: [string, string | undefined][] = [];
  const fetch: Fetch = async (url, bearer) => {
    asked.push([url, bearer]);
    const answer = answers[url.replace(`${EHR}/`, '')];
    if (!answer) throw new FhirError('incomplete', 'It is not there.');
    return answer as FhirResource;
  };
  return { fetch, asked };
}

async function call(
  prefetch: object,
  more: Record<string, unknown> = {},
  fetch?: Fetch,
  allowed = [EHR],
  code = '1',
  without: string[] = [],
) {
  const { cds } = services(resources, { ...(fetch && { fetch }), allowedServers: allowed, without });
  const answer = await cds.call('toy', request(code, { prefetch, ...more }), NOW);
  expect(faultsOf(answer)).toEqual([]);
  return answer.cards;
}
const actions = (cards: Awaited<ReturnType<typeof call>>) => cards.map((card) => card.extension['org.ramus.trace'].action);

describe('each prefetch key', () => {
  const without = (key: string) => Object.fromEntries(Object.entries(full).filter(([name]) => name !== key));
  const broken: [string, object][] = [
    ['an OperationOutcome', OUTCOME],
    ['an OperationOutcome among the entries', bundle(OUTCOME)],
    ['a page that cannot be had', next('https://elsewhere.example/page2')],
    ['a page of a server that is not named', next(`${EHR}?page=2`)],
    ['fewer entries than the total, and no way to the rest', { ...bundle(), total: 3 }],
    ['an entry without resource', { resourceType: 'Bundle', entry: [{ fullUrl: 'x' }] }],
    ['entries that are no list', { resourceType: 'Bundle', entry: 'x' }],
    ['a resource of another type', { resourceType: 'Encounter' }],
    ['what is no resource', { some: 'thing' }],
  ];

  test.each(Object.keys(KEYS).flatMap((key) => broken.map(([name, value]) => [key, name, value] as const)))(
    '%s with %s cannot be read',
    async (key, _, value) => {
      await expectUnavailable(key, { ...full, [key]: value });
    },
  );

  test.each(Object.keys(KEYS))('%s that is absent and cannot be fetched cannot be read', async (key) => {
    await expectUnavailable(key, without(key));
    await expect(call(without('patient'), { prefetch: undefined })).rejects.toMatchObject({ kind: 'incomplete' });
  });

  async function expectUnavailable(key: string, prefetch: object) {
    if (key === 'patient' || key === 'conditions') {
      await expect(call(prefetch)).rejects.toMatchObject({ kind: 'incomplete', message: expect.stringContaining(`"${key}"`) });
      return;
    }
    const cards = await call(prefetch);
    expect(actions(cards)).toEqual(['card.safety', 'card.main']);
    expect(cards[0]?.detail).toContain(`Could not be read: ${KEYS[key as keyof typeof KEYS]}.`);
    expect(actions(await call(prefetch, {}, undefined, [], '2'))).toContain('card.redflag');
  }

  test.each(['conditions', 'medications', 'observations'])('%s that is null or an empty Bundle: looked, none', async (key) => {
    for (const value of [null, bundle(), { resourceType: 'Bundle', type: 'searchset', total: 0 }])
      expect(actions(await call({ ...full, [key]: value }))).toEqual(['card.main']);
  });

  test('a patient that is null, or in none of the entries, is a missing one', async () => {
    for (const value of [null, bundle()])
      await expect(call({ ...full, patient: value })).rejects.toMatchObject({
        kind: 'incomplete',
        message: expect.stringContaining('"patient"'),
      });
  });

  test('a patient in a Bundle, one resource in place of a list, an outcome that only informs', async () => {
    const informs = { resourceType: 'OperationOutcome', issue: [{ severity: 'information', code: 'informational' }] };
    expect(
      actions(await call({ ...full, patient: bundle(patient), conditions: condition('1', 'x'), medications: bundle(informs) })),
    ).toEqual(['card.main']);
  });

  test('keys that nobody asked for change nothing', async () => {
    expect(actions(await call({ ...full, more: OUTCOME, __proto__: null }))).toEqual(['card.main']);
  });
});

describe('whose data', () => {
  test('another patient is refused', async () => {
    await expect(call({ ...full, patient: { ...patient, id: 'q' } })).rejects.toMatchObject({ kind: 'invalid' });
    const other = { ...condition('1'), subject: { reference: 'Patient/q' } };
    await expect(call({ ...full, conditions: bundle(other) })).rejects.toMatchObject({ kind: 'invalid' });
    const context = { ...request('1').context, conditions: { resourceType: 'Bundle', entry: [{ resource: other }] } };
    await expect(call(full, { context })).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('what is not prefetched is fetched', () => {
  const answers = {
    'Patient/p': patient,
    'Condition?patient=p&_count=500': next(`${EHR}?page=2`, condition('5')),
    '?page=2': bundle(condition('6')),
    'MedicationRequest?patient=p&_count=500': bundle(),
    'Observation?patient=p&_count=500': bundle(),
  };
  const given = { fhirServer: EHR, fhirAuthorization: authorization };
  const paged = (url: string) => ({ fetch: ehr({ ...answers, [url.replace(`${EHR}/`, '')]: answers['?page=2'] }) });

  test('all keys, with the token, from the server that is named, pages followed', async () => {
    const { fetch, asked } = ehr({ ...answers, [`${EHR}?page=2`]: answers['?page=2'] });
    expect(actions(await call({}, { ...given, prefetch: undefined }, fetch))).toEqual(['card.main']);
    expect(asked.map(([url]) => url).sort()).toEqual([
      `${EHR}/Condition?patient=p&_count=500`,
      `${EHR}/MedicationRequest?patient=p&_count=500`,
      `${EHR}/Observation?patient=p&_count=500`,
      `${EHR}/Patient/p`,
      `${EHR}?page=2`,
    ]);
    expect(new Set(asked.map(([, bearer]) => bearer))).toEqual(new Set([TOKEN]));
  });

  test('only the missing keys', async () => {
    const { fetch, asked } = ehr(answers);
    const { observations: _, ...some } = full;
    await call(some, given, fetch);
    expect(asked.map(([url]) => url)).toEqual([`${EHR}/Observation?patient=p&_count=500`]);
  });

  test('further pages of what was prefetched', async () => {
    const { fetch, asked } = paged(`${EHR}/page2`).fetch;
    expect(actions(await call({ ...full, medications: next(`${EHR}/page2`) }, given, fetch))).toEqual(['card.main']);
    expect(asked).toEqual([[`${EHR}/page2`, TOKEN]]);
  });

  test('the last page does not take back what the first one counted', async () => {
    const { fetch } = ehr({ page2: { ...bundle(), total: 0 } });
    const medications = { ...next(`${EHR}/page2`), total: 3 };
    expect(actions(await call({ ...full, medications }, given, fetch))).toEqual(['card.safety', 'card.main']);
  });

  test('a page that leads to itself ends', async () => {
    const { fetch } = ehr({ page: next(`${EHR}/page`) });
    expect(actions(await call({ ...full, medications: next(`${EHR}/page`) }, given, fetch))).toEqual(['card.safety', 'card.main']);
  });

  test.each([
    ['a server that is not allowed', EHR, []],
    ['another port', EHR, ['https://ehr.example:8443']],
    ['another scheme', EHR, ['http://ehr.example']],
    ['a name that only begins so', 'https://ehr.example.evil.test/fhir', [EHR]],
    ['a name before the @', 'https://ehr.example@evil.test/fhir', [EHR]],
    ['a user before an allowed name', 'https://u:p@ehr.example/fhir', [EHR]],
    ['loopback where it is not allowed', 'http://127.0.0.1:9/fhir', [EHR]],
    ['another address where loopback is allowed', 'http://10.0.0.1/fhir', ['loopback']],
    ['a name that only contains loopback', 'http://127.0.0.1.evil.test/fhir', ['loopback']],
    ['a file', 'file:///etc/passwd', ['loopback']],
  ])('never from %s', async (_, fhirServer, allowed) => {
    const asked: string[] = [];
    const fetch: Fetch = async (url) => {
      asked.push(url);
      throw new Error('asked');
    };
    const { observations: __, ...some } = full;
    const answer = call(some, { ...given, fhirServer }, fetch, allowed);
    if (fhirServer.startsWith('file:')) await expect(answer).rejects.toMatchObject({ kind: 'structure' });
    else expect(actions(await answer)).toEqual(['card.safety', 'card.main']);
    expect(asked).toEqual([]);
  });

  test.each(['http://127.0.0.1:9/fhir', 'http://localhost:9/fhir', 'http://[::1]:9/fhir', 'http://0x7f.1:9/fhir'])(
    'from this machine, where that is allowed: %s',
    async (fhirServer) => {
      const asked: string[] = [];
      const fetch: Fetch = async (url) => {
        asked.push(url);
        return bundle() as FhirResource;
      };
      const { observations: _, ...some } = full;
      expect(actions(await call(some, { fhirServer }, fetch, ['loopback']))).toEqual(['card.main']);
      expect(asked).toHaveLength(1);
    },
  );

  test('the token goes nowhere else, and stands in no answer, report or error', async () => {
    const { fetch, asked } = ehr({});
    const { cds, reported } = services(resources, { fetch, allowedServers: [EHR] });
    const body = request('1', { ...given, prefetch: { ...full, medications: next('https://elsewhere.example/page') } });
    const answer = await cds.call('toy', body, NOW);
    const failed = await cds.call('toy', { ...body, prefetch: {} }, NOW).catch((error: Error) => error);
    expect(asked.filter(([url]) => !url.startsWith(EHR))).toEqual([]);
    expect(JSON.stringify([answer, reported, String(failed), failed])).not.toContain(TOKEN);
  });

  test('a Medication that a medicine refers to', async () => {
    const medicine = {
      resourceType: 'MedicationRequest',
      id: 'm',
      status: 'active',
      subject: { reference: 'Patient/p' },
      medicationReference: { reference: 'Medication/w' },
    };
    const { fetch, asked } = ehr({
      'Medication/w': { resourceType: 'Medication', id: 'w', code: { coding: [{ system: 'http://www.whocc.no/atc', code: 'A10BA02' }] } },
    });
    const cards = await call({ ...full, medications: bundle(medicine) }, given, fetch);
    expect(asked).toEqual([[`${EHR}/Medication/w`, TOKEN]]);
    expect(cards[0]?.detail).not.toContain('Not understood');
    expect((await call({ ...full, medications: bundle(medicine) }))[0]?.detail).toContain(
      'Not understood, so not checked: a medicine without a name.',
    );
  });
});

test('a page that says there is more, and not where, is half a list', async () => {
  for (const url of [undefined, 5]) {
    const observations = { ...bundle(), link: [{ relation: 'next', url }] };
    expect(actions(await call({ ...full, observations }))).toEqual(['card.safety', 'card.main']);
  }
});

test('a Bundle of any length is read, and what refers to all of it', async () => {
  const ids = Array.from({ length: 150_000 }, (_, i) => `o${i}`);
  const all = { resourceType: 'Observation', id: 'all', status: 'final', subject: { reference: 'Patient/p' } };
  const entry = ids.map((id) => ({ resource: { resourceType: 'Observation', id, status: 'final' } }));
  const hasMember = ids.map((id) => ({ reference: `Observation/${id}` }));
  const observations = { ...bundle(), entry: [{ resource: { ...all, hasMember } }, ...entry] };
  expect(actions(await call({ ...full, observations }))).toEqual(['card.main']);
});

test('types that no system here keeps are taken as none, and said so', async () => {
  const { observations: _, ...some } = full;
  for (const prefetch of [some, { ...some, observations: OUTCOME }]) {
    const cards = await call(prefetch, {}, undefined, [], '1', ['Observation', 'Device']);
    expect(actions(cards)).toEqual(['card.main']);
    expect(cards[0]?.detail).toContain('Taken as none, since no system here keeps them: Observation; Device.');
  }
});
