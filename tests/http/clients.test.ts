/** Clients of the field, as their packages are, against a whole server: from create to transaction to paging. */
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MedplumClient } from '@medplum/core';
import { Client as KitClient } from 'fhir-kit-client';
import smart from 'fhirclient';
import { readConfig } from '../../src/config.ts';
import type { Bundle, CapabilityStatement, FhirResource, Observation, Parameters, Patient } from '../../src/fhir/types.ts';
import { createLog } from '../../src/log.ts';
import { openServer, type RunningServer } from '../../src/server.ts';
import { ask } from './door.ts';

let folder: string;
let server: RunningServer;
let baseUrl: string;
let port: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ramus-clients-'));
  const config = readConfig({ PORT: '0', DATABASE_URL: `file:${join(folder, 'ramus.db')}`, CONTENT_DIRS: '' });
  server = await openServer({ config, log: createLog({ level: 'silent', write: () => {} }), progress: () => {} });
  baseUrl = `${server.publicUrl}/fhir`;
  port = Number(new URL(server.publicUrl).port);
}, 60_000);

afterAll(async () => {
  expect(server.unexpectedErrors()).toBe(0);
  await server.stop();
  rmSync(folder, { recursive: true });
});

const person = (mark: string, family: string): Patient => ({
  resourceType: 'Patient',
  active: true,
  identifier: [{ system: `https://example.org/${mark}`, value: family }],
  name: [{ family, given: ['Ada'] }],
});
const observation = (subject: string) => ({
  resourceType: 'Observation' as const,
  status: 'final' as const,
  code: { coding: [{ system: 'http://loinc.org', code: '72514-3' }] },
  subject: { reference: subject },
});
/** A patient, and an observation of that patient, in one unit. */
const unit = (mark: string): Bundle => ({
  resourceType: 'Bundle',
  type: 'transaction',
  entry: [
    {
      fullUrl: 'urn:uuid:6fb9b0f1-5e3b-4a52-9c3a-0f5cbd3a7c11',
      resource: person(mark, 'Unit'),
      request: { method: 'POST', url: 'Patient', ifNoneExist: `identifier=https://example.org/${mark}|Unit` },
    },
    { resource: observation('urn:uuid:6fb9b0f1-5e3b-4a52-9c3a-0f5cbd3a7c11'), request: { method: 'POST', url: 'Observation' } },
  ],
});
const statuses = ({ entry = [] }: Bundle): string[] => entry.map(({ response }) => response?.status.slice(0, 3) ?? '');
const families = (found: readonly FhirResource[]): string[] => found.map((each) => (each as Patient).name?.[0]?.family ?? '').sort();
const letters = Array.from({ length: 7 }, (_, i) => String.fromCharCode(65 + i));

describe('fhir-kit-client', () => {
  const options = { headers: { 'Content-Type': 'application/fhir+json' } };
  let client: KitClient;
  beforeAll(() => {
    client = new KitClient({ baseUrl });
  });
  const as = <T>(resource: unknown) => resource as T;

  test('reads what the server can do', async () => {
    expect(as<CapabilityStatement>(await client.capabilityStatement()).fhirVersion).toBe('4.0.1');
  });

  test('creates, reads, updates, patches, looks back and deletes', async () => {
    const created = as<Patient>(await client.create({ resourceType: 'Patient', body: person('kit', 'Kit') as never, options }));
    const id = created.id ?? '';
    expect(KitClient.httpFor(created as never).response?.status).toBe(201);
    const read = as<Patient>(await client.read({ resourceType: 'Patient', id }));
    expect(read).toEqual(created);
    const updated = as<Patient>(
      await client.update({ resourceType: 'Patient', id, body: { ...read, gender: 'female' } as never, options }),
    );
    expect(updated.meta?.versionId).toBe('2');
    const jsonPatch = [{ op: 'replace' as const, path: '/gender', value: 'other' }];
    expect(as<Patient>(await client.patch({ resourceType: 'Patient', id, jsonPatch, options: {} })).gender).toBe('other');
    expect(as<Patient>(await client.vread({ resourceType: 'Patient', id, version: '2' })).gender).toBe('female');
    expect(as<Bundle>(await client.history({ resourceType: 'Patient', id })).entry).toHaveLength(3);
    await client.delete({ resourceType: 'Patient', id });
    await expect(client.read({ resourceType: 'Patient', id })).rejects.toMatchObject({ response: { status: 410 } });
    expect(as<Bundle>(await client.resourceHistory({ resourceType: 'Patient', id })).total).toBe(4);
    expect(as<Bundle>(await client.typeHistory({ resourceType: 'Patient' })).entry?.length).toBeGreaterThan(3);
    expect(as<Bundle>(await client.systemHistory({})).type).toBe('history');
  });

  test('conditional update, batch, transaction, and the reference that it rewrote', async () => {
    const searchParams = { identifier: 'https://example.org/kit|Cond' };
    const update = async () =>
      as<Patient>(await client.update({ resourceType: 'Patient', searchParams, body: person('kit', 'Cond') as never, options }));
    const [first, second] = [await update(), await update()];
    expect([second.id, second.meta?.versionId]).toEqual([first.id, '2']);
    const done = as<Bundle>(await client.transaction({ body: unit('kit') as never, options }));
    expect([done.type, statuses(done)]).toEqual(['transaction-response', ['201', '201']]);
    expect(statuses(as<Bundle>(await client.transaction({ body: unit('kit') as never, options })))).toEqual(['200', '201']);
    const entry = [{ request: { method: 'GET', url: `Patient/${first.id}` } }, { request: { method: 'GET', url: 'Patient/nobody' } }];
    const batch = as<Bundle>(await client.batch({ body: { resourceType: 'Bundle', type: 'batch', entry } as never, options }));
    expect(statuses(batch)).toEqual(['200', '404']);
    const found = as<Bundle<Observation>>(
      await client.search({ resourceType: 'Observation', searchParams: { 'subject:Patient.family': 'unit' } }),
    );
    const reference = found.entry?.[0]?.resource?.subject?.reference ?? '';
    expect(as<Patient>(await client.resolve({ reference, context: found as never })).name?.[0]?.family).toBe('Unit');
  });

  test('pages forward, searches a compartment and the system, calls an operation', async () => {
    for (const letter of letters) await client.create({ resourceType: 'Patient', body: person('kit-page', letter) as never, options });
    const found: FhirResource[] = [];
    let page: Bundle<Patient> | undefined = as<Bundle<Patient>>(
      await client.resourceSearch({ resourceType: 'Patient', searchParams: { identifier: 'https://example.org/kit-page|', _count: '3' } }),
    );
    for (; page; page = as<Bundle<Patient> | undefined>(await client.nextPage({ bundle: page as never }))) {
      found.push(...(page.entry ?? []).flatMap(({ resource }) => resource ?? []));
    }
    expect(families(found)).toEqual(letters);
    const owner = as<Bundle>(
      await client.resourceSearch({
        resourceType: 'Patient',
        searchParams: { family: 'Unit', identifier: 'https://example.org/kit|Unit' },
      }),
    );
    const compartment = { resourceType: 'Patient', id: owner.entry?.[0]?.resource?.id ?? '' };
    expect(as<Bundle>(await client.compartmentSearch({ resourceType: 'Observation', compartment })).entry).toHaveLength(2);
    expect(as<Bundle>(await client.systemSearch({ searchParams: { _id: compartment.id } })).entry).toHaveLength(1);
    const outcome = await client.operation({ name: 'validate', resourceType: 'Patient', input: person('kit', 'Valid') as never });
    expect(outcome.resourceType).toBe('OperationOutcome');
    const versions = as<Parameters>(await client.operation({ name: 'versions', method: 'GET' }));
    expect(versions.parameter).toContainEqual({ name: 'default', valueCode: '4.0' });
  });
});

describe('MedplumClient', () => {
  let client: MedplumClient;
  beforeAll(() => {
    client = new MedplumClient({ baseUrl: server.publicUrl, fhirUrlPath: 'fhir', fetch, cacheTime: 0 });
  });

  test('creates, updates, patches, looks back and deletes', async () => {
    const created = await client.createResource<Patient>(person('medplum', 'Med'));
    const { id } = created;
    expect(await client.readResource('Patient', id)).toEqual(created);
    const updated = await client.updateResource<Patient>({ ...created, gender: 'male' });
    expect(updated.meta?.versionId).toBe('2');
    expect((await client.patchResource('Patient', id, [{ op: 'replace', path: '/gender', value: 'other' }])).gender).toBe('other');
    expect((await client.readVersion('Patient', id, '2')).gender).toBe('male');
    expect((await client.readHistory('Patient', id)).entry).toHaveLength(3);
    expect((await client.validateResource<Patient>(person('medplum', 'Valid'))).resourceType).toBe('OperationOutcome');
    await client.deleteResource('Patient', id);
    await expect(client.readResource('Patient', id)).rejects.toMatchObject({ outcome: { resourceType: 'OperationOutcome' } });
  });

  test('conditional forms, references, batches and transactions', async () => {
    const query = 'identifier=https://example.org/medplum|Once';
    const first = await client.createResourceIfNoneExist<Patient>(person('medplum', 'Once'), query);
    expect((await client.createResourceIfNoneExist<Patient>(person('medplum', 'Once'), query)).id).toBe(first.id);
    const upserted = await client.upsertResource<Patient>({ ...person('medplum', 'Once'), gender: 'female' }, query);
    expect([upserted.id, upserted.gender]).toEqual([first.id, 'female']);
    expect((await client.readReference<Patient>({ reference: `Patient/${first.id}` })).gender).toBe('female');
    const done = (await client.executeBatch(unit('medplum') as never)) as Bundle;
    expect([done.type, statuses(done)]).toEqual(['transaction-response', ['201', '201']]);
  });

  test('searches and goes through the pages', async () => {
    for (const letter of letters) await client.createResource<Patient>(person('medplum-page', letter));
    expect((await client.searchOne('Patient', { identifier: 'https://example.org/medplum-page|C' }))?.name?.[0]?.family).toBe('C');
    const found: Patient[] = [];
    for await (const page of client.searchResourcePages('Patient', 'identifier=https://example.org/medplum-page|&_count=2&_sort=family')) {
      found.push(...(page as readonly Patient[]));
    }
    expect(found.map(({ name }) => name?.[0]?.family)).toEqual(letters);
    const { entry } = await client.search(
      'Observation',
      '_include=Observation:subject&subject:Patient.identifier=https://example.org/medplum|Unit',
    );
    expect((entry as Bundle['entry'])?.map(({ search }) => search?.mode)).toEqual(['match', 'include']);
  });
});

describe('fhirclient', () => {
  const connect = () => smart({} as IncomingMessage, {} as ServerResponse).client({ serverUrl: baseUrl });

  test('creates, updates, patches and deletes', async () => {
    const client = connect();
    expect([await client.getFhirVersion(), await client.getFhirRelease()]).toEqual(['4.0.1', 4]);
    const created = (await client.create<Patient>(person('smart', 'Smart') as never)) as Patient;
    const address = `Patient/${created.id}`;
    const updated = (await client.update<Patient>({ ...created, gender: 'male' } as never)) as Patient;
    expect([updated.id, updated.meta?.versionId]).toEqual([created.id, '2']);
    const patched = (await client.patch<Patient>(address, [{ op: 'replace', path: '/gender', value: 'other' }])) as Patient;
    expect(patched.gender).toBe('other');
    await client.delete(address);
    await expect(client.request(address)).rejects.toMatchObject({ status: 410 });
  });

  test('sends a transaction, resolves references, reads all pages flat', async () => {
    const client = connect();
    const body = JSON.stringify(unit('smart'));
    const headers = { 'Content-Type': 'application/fhir+json' };
    expect(statuses(await client.request<Bundle>({ url: '/', method: 'POST', body, headers } as never))).toEqual(['201', '201']);
    const [resolved] = await client.request<{ subject: Patient }[]>(
      'Observation?subject:Patient.identifier=https://example.org/smart|Unit',
      {
        flat: true,
        pageLimit: 0,
        resolveReferences: ['subject'],
      },
    );
    expect(resolved?.subject.name?.[0]?.family).toBe('Unit');
    for (const letter of letters) await client.create(person('smart-page', letter) as never);
    const found = await client.request<Patient[]>('Patient?identifier=https://example.org/smart-page|&_count=2', {
      flat: true,
      pageLimit: 0,
    });
    expect(families(found)).toEqual(letters);
  });
});

describe('what /metadata names', () => {
  test('can be found by its canonical and read, with one version and a history of its own', async () => {
    const statement: CapabilityStatement = (await ask(port, 'GET', '/fhir/metadata')).json;
    const [rest] = statement.rest ?? [];
    const named = [rest, ...(rest?.resource ?? [])];
    const urls = {
      SearchParameter: new Set(named.flatMap((each) => (each?.searchParam ?? []).flatMap(({ definition }) => definition ?? []))),
      OperationDefinition: new Set(named.flatMap((each) => (each?.operation ?? []).map(({ definition }) => definition))),
      CompartmentDefinition: new Set(rest?.compartment),
    };
    expect([urls.SearchParameter.size > 1300, urls.OperationDefinition.size, urls.CompartmentDefinition.size]).toEqual([true, 3, 5]);
    for (const [type, canonicals] of Object.entries(urls)) {
      const all = [...canonicals];
      for (let i = 0; i < all.length; i += 50) {
        const some = all.slice(i, i + 50);
        const { json } = await ask(port, 'GET', `/fhir/${type}?_count=100&url=${some.map(encodeURIComponent).join(',')}`);
        const found: string[] = json.entry.map(({ resource }: { resource: { url: string } }) => resource.url);
        expect(found.sort()).toEqual(some.sort());
      }
    }
    const read = await ask(port, 'GET', '/fhir/SearchParameter/individual-gender');
    expect(read.json).toMatchObject({
      url: 'http://hl7.org/fhir/SearchParameter/individual-gender',
      code: 'gender',
      meta: { versionId: '1' },
    });
    expect((await ask(port, 'GET', '/fhir/SearchParameter/individual-gender/_history')).json.total).toBe(1);
    expect((await ask(port, 'GET', '/fhir/SearchParameter?code=gender&base=Patient')).json.entry).toHaveLength(1);
  });

  test('stays as it is', async () => {
    for (const address of [
      'SearchParameter/individual-gender',
      'OperationDefinition/SearchParameter-status',
      'CompartmentDefinition/patient',
    ]) {
      expect([address, (await ask(port, 'DELETE', `/fhir/${address}`)).status]).toEqual([address, 409]);
    }
  });

  test('is told to tools as OpenAPI', async () => {
    const { status, headers, json } = await ask(port, 'GET', '/openapi.json');
    expect([status, headers['content-type'], json.servers[0].url]).toEqual([200, 'application/json; charset=utf-8', baseUrl]);
    expect(json.paths['/SearchParameter/$status'].get).toBeDefined();
    expect((await ask(port, 'GET', '/openapi.json', { headers: { 'If-None-Match': headers.etag ?? '' } })).status).toBe(304);
    expect((await ask(port, 'HEAD', '/openapi.json')).status).toBe(200);
  });
});
