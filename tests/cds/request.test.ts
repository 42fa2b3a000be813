import { describe, expect, test } from '@jest/globals';
import { HOOKS } from '../../src/cds/hooks/hooks.ts';
import { requestReader } from '../../src/cds/request.ts';
import { condition, NOW, request, services } from './toy.ts';

const { cds } = services();
const call = (body: unknown) => cds.call('toy', body, NOW);
const context = request('1').context;
const authorization = { access_token: 't', token_type: 'Bearer', expires_in: 300, scope: 'patient/*.read', subject: 'cds', patient: 'p' };
const FHIR_SERVER = 'https://ehr.example/fhir';

describe('the body of a call', () => {
  test.each<[string, unknown, string]>([
    ['no object', [], 'no JSON object'],
    ['null', null, 'no JSON object'],
    ['a string', 'x', 'no JSON object'],
    ['no hook', request('1', { hook: undefined }), 'hook is missing'],
    ['another hook', request('1', { hook: 'patient-view' }), 'answers "problem-list-item-create"'],
    ['no hookInstance', request('1', { hookInstance: undefined }), 'hookInstance is missing'],
    ['a hookInstance that is no UUID', request('1', { hookInstance: 'one' }), 'hookInstance is no UUID'],
    ['no context', request('1', { context: undefined }), 'context is missing'],
    ['a context that is a list', request('1', { context: [] }), 'context must be object'],
    ['no patientId', request('1', { context: { ...context, patientId: undefined } }), 'context.patientId is missing'],
    ['a null patientId', request('1', { context: { ...context, patientId: null } }), 'context.patientId is missing'],
    ['a patientId that is a number', request('1', { context: { ...context, patientId: 7 } }), 'context.patientId must be string'],
    ['a patientId that is no id', request('1', { context: { ...context, patientId: '../x' } }), 'context.patientId is no logical id'],
    ['no userId', request('1', { context: { ...context, userId: undefined } }), 'context.userId is missing'],
    ['a userId without type', request('1', { context: { ...context, userId: 'd' } }), '[ResourceType]/[id]'],
    [
      'a userId of a type that the hook does not allow',
      request('1', { context: { ...context, userId: 'Patient/p' } }),
      '[ResourceType]/[id]',
    ],
    ['no conditions', request('1', { context: { ...context, conditions: undefined } }), 'context.conditions is missing'],
    ['conditions that are text', request('1', { context: { ...context, conditions: 'x' } }), 'context.conditions must be object'],
    ...([null, 'x', {}, { fullUrl: 'urn:x' }, { resource: null }] as unknown[]).map((entry): [string, unknown, string] => [
      `conditions with an entry that holds none: ${JSON.stringify(entry)}`,
      request('1', { context: { ...context, conditions: { resourceType: 'Bundle', entry: [{ resource: condition('1') }, entry] } } }),
      'context.conditions.entry[1]',
    ]),
    ['a prefetch that is a list', request('1', { prefetch: [] }), 'prefetch must be object'],
    ['a fhirServer that is no URL', request('1', { fhirServer: 'ehr' }), 'fhirServer'],
    ['an authorization without server', request('1', { fhirAuthorization: authorization }), 'fhirAuthorization needs fhirServer'],
    ...['access_token', 'token_type', 'expires_in', 'scope', 'subject'].map((field): [string, unknown, string] => [
      `an authorization without ${field}`,
      request('1', { fhirServer: FHIR_SERVER, fhirAuthorization: { ...authorization, [field]: undefined } }),
      `fhirAuthorization.${field} is missing`,
    ]),
    [
      'a token of another type',
      request('1', { fhirServer: FHIR_SERVER, fhirAuthorization: { ...authorization, token_type: 'MAC' } }),
      'fhirAuthorization.token_type',
    ],
  ])('is refused with the field named: %s', async (_, body, words) => {
    const clean = body === null || typeof body !== 'object' ? body : JSON.parse(JSON.stringify(body));
    await expect(call(clean)).rejects.toMatchObject({ name: 'FhirError', message: expect.stringContaining(words) });
    await expect(call(clean)).rejects.toMatchObject({ kind: expect.stringMatching(/^(structure|invalid)$/) });
  });

  test.each<[string, Record<string, unknown>]>([
    ['unknown members and extensions', { extension: { 'com.example.x': 1 }, other: [null] }],
    ['a patientId with its type', { context: { ...context, patientId: 'Patient/p', encounterId: 'Encounter/e' } }],
    ['null where a member is left out', { fhirServer: null, fhirAuthorization: null, context: { ...context, encounterId: null } }],
    ['one Condition in place of a Bundle', { context: { ...context, conditions: condition('1') } }],
    [
      'entries that wrap once more',
      { context: { ...context, conditions: { resourceType: 'Bundle', entry: [{ resource: { resource: condition('1') } }] } } },
    ],
    [
      'Conditions with what R4 does not allow',
      {
        context: {
          ...context,
          conditions: { resourceType: 'Bundle', entry: [{ resource: { ...condition('1'), category: 'problem-list-item' } }] },
        },
      },
    ],
    ['a token beside its server', { fhirServer: FHIR_SERVER, fhirAuthorization: authorization }],
  ])('is taken leniently: %s', async (_, more) => {
    const { cards } = await call(request('1', more));
    expect(cards.map((card) => card.extension['org.ramus.trace'].action)).toEqual(['card.main']);
  });

  test('the encounter of the context stands in drafts', async () => {
    const { cards } = await call(request('1', { context: { ...context, encounterId: 'e' } }));
    expect(cards[0]?.suggestions?.[0]?.actions[0]?.resource).toMatchObject({ encounter: { reference: 'Encounter/e' } });
  });

  test.each([
    ['patient-view', { userId: 'Patient/p', patientId: 'p' }, []],
    ['patient-view', { patientId: 'p' }, ['context.userId']],
    [
      'order-select',
      { userId: 'Practitioner/d', patientId: 'p', selections: ['ServiceRequest/1'], draftOrders: { resourceType: 'Bundle' } },
      [],
    ],
    [
      'order-select',
      { userId: 'Practitioner/d', patientId: 'p', selections: 'ServiceRequest/1', draftOrders: { resourceType: 'Bundle' } },
      ['context.selections'],
    ],
    ['order-select', { userId: 'Practitioner/d', patientId: 'p', selections: [] }, ['context.draftOrders']],
    ['order-sign', { userId: 'Practitioner/d', patientId: 'p', draftOrders: { resourceType: 'Bundle' } }, []],
    ['order-sign', { userId: 'Practitioner/d', patientId: 'p' }, ['context.draftOrders']],
  ])('the context of %s: %j', (name, fields, faulty) => {
    const hook = HOOKS.get(name);
    if (!hook) throw new Error(name);
    const read = () => requestReader(hook)({ hook: name, hookInstance: '0f8fad5b-d9cb-469f-a165-70867728950e', context: fields });
    if (faulty.length === 0) expect(read().context).toMatchObject({ patientId: 'p' });
    else expect(read).toThrow(faulty[0]);
  });
});
