/** A Bundle over HTTP: the address, the limits, and what a failed transaction answers. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Door, openDoor } from '../http/door.ts';
import { client } from './client.ts';
import { type OpenedStore, openEmbedded } from './stores.ts';
import { bundle, get, patient, post, put } from './transaction/bundles.ts';

let opened: OpenedStore;
let door: Door;

beforeAll(async () => {
  opened = await openEmbedded();
  const limits = { bodyLimit: 2_000, largeBodyLimit: 20_000, requestTimeout: 30_000 };
  door = await openDoor(client({ store: opened.store }).routes, { limits });
});
afterAll(async () => {
  await door.close();
  await opened.close();
});

function send(body: object, headers: Readonly<Record<string, string>> = {}) {
  return door.ask('POST', '/fhir', { headers: { 'Content-Type': 'application/fhir+json', ...headers }, body: JSON.stringify(body) });
}

test('63, 66: POST to the base carries a transaction out', async () => {
  const { status, json, headers } = await send(bundle([post(patient())]));
  expect([status, json.type, json.entry[0].response.status]).toEqual([200, 'transaction-response', '201']);
  expect([headers.etag, headers.location]).toEqual([undefined, undefined]);
});

test('66: a failed transaction has the status of its first failing entry and one OperationOutcome', async () => {
  await send(bundle([put('Patient/gone', patient(undefined, { id: 'gone' }))]));
  await door.ask('DELETE', '/fhir/Patient/gone');
  const cases: [object, number, string][] = [
    [get('Patient/never'), 404, 'not-found'],
    [get('Patient/gone'), 410, 'deleted'],
    [put('Patient/x', patient(undefined, { id: 'x' }), { ifMatch: 'W/"1"' }), 412, 'conflict'],
    [put('Patient/x', patient(undefined, { id: 'y' })), 400, 'invalid'],
    [{ resource: patient(), request: { method: 'DELETE', url: 'Patient/1/x/y/z' } }, 404, 'not-found'],
    [{ resource: patient(), request: { method: 'POST', url: 'Patient/1' } }, 405, 'not-supported'],
  ];
  for (const [entry, status, code] of cases) {
    const answer = await send(bundle([post(patient()), post(patient()), entry]));
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ code }] });
    expect(answer.json.issue).toHaveLength(1);
    expect(answer.json.issue[0].expression[0]).toBe('Bundle.entry[2]');
    expect([answer.headers.etag, answer.headers.allow]).toEqual([undefined, undefined]);
  }
});

test('a batch or transaction may be larger than a single resource, up to a limit of its own', async () => {
  const note = (length: number) => patient(undefined, { extension: [{ url: 'http://x', valueString: 'x'.repeat(length) }] });
  expect(
    (await door.ask('POST', '/fhir/Patient', { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(note(3_000)) }))
      .status,
  ).toBe(413);
  expect((await send(bundle([post(note(3_000))]))).status).toBe(200);
  expect((await send(bundle([post(note(21_000))]))).status).toBe(413);
});

test('19: other methods on the base are refused with what it offers', async () => {
  const { status, headers } = await door.ask('PUT', '/fhir', { headers: { 'Content-Type': 'application/json' }, body: '{}' });
  expect([status, headers.allow]).toEqual([405, expect.stringContaining('POST')]);
});

test('no fault of a caller was taken for one of the program', () => expect(door.application.unexpectedErrors()).toBe(0));
