/** Links between entries, and where they are left alone (https://hl7.org/fhir/R4/http.html#trules). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BASE, type Client, client, refusal } from '../client.ts';
import type { OpenedStore } from '../stores.ts';
import { get, jsonPatch, madeBy, observation, patient, post, put, remove, send, statuses, stored } from './bundles.ts';

const P = 'urn:uuid:11111111-1111-4111-8111-111111111111';
const O = 'urn:uuid:22222222-2222-4222-8222-222222222222';

export function links(open: () => Promise<OpenedStore>): void {
  describe('links in a transaction', () => {
    let opened: OpenedStore;
    let rest: Client;

    beforeAll(async () => {
      opened = await open();
      rest = client({ store: opened.store });
    });
    afterAll(() => opened.close());

    /** What became of a resource beside a Patient that is created as `name`; PATIENT stands for its new address. */
    async function beside(resource: object, name = P, more: object = {}): Promise<Record<string, unknown>> {
      const { resourceType } = resource as { resourceType: string };
      const own = { resource, request: { method: 'POST', url: resourceType }, ...more };
      const answer = await send(rest, [post(patient(), { fullUrl: name }), own]);
      const text = await stored(opened.store, madeBy(answer, 1));
      return JSON.parse(text.replaceAll(madeBy(answer, 0), 'PATIENT')) as Record<string, unknown>;
    }

    test('70: Reference.reference, in contained resources and extensions too', async () => {
      const contained = [{ ...observation(P), id: 'c' }];
      const extension = [{ url: 'http://x', valueReference: { reference: P } }];
      const seen = await beside(observation(P, { contained, extension, hasMember: [{ reference: '#c' }] }));
      expect(seen).toMatchObject({
        subject: { reference: 'PATIENT' },
        contained: [{ subject: { reference: 'PATIENT' } }],
        extension: [{ url: 'http://x', valueReference: { reference: 'PATIENT' } }],
        hasMember: [{ reference: '#c' }],
      });
    });

    test('70: elements of type uri, url, oid and uuid; not canonical, string, markdown, code, id', async () => {
      const kinds = ['Uri', 'Url', 'Oid', 'Uuid', 'Canonical', 'String', 'Markdown', 'Code', 'Id'];
      const parameter = kinds.map((kind) => ({ name: kind, [`value${kind}`]: P }));
      const seen = await beside({ resourceType: 'Parameters', parameter });
      const values = (seen.parameter as Record<string, string>[]).map((each) => each[`value${each.name}`]);
      expect(values).toEqual(['PATIENT', 'PATIENT', 'PATIENT', 'PATIENT', P, P, P, P, P]);
    });

    test('70: not the own canonical url of a resource, nor its identifiers, nor the url of an extension', async () => {
      const url = 'http://x.example.org/fhir/Patient/p';
      const plan = {
        resourceType: 'PlanDefinition',
        status: 'draft',
        url,
        description: `See ${url}`,
        identifier: [{ value: url }],
        library: [url],
      };
      const seen = await beside({ ...plan, extension: [{ url, valueUri: url }], relatedArtifact: [{ type: 'citation', url }] }, url);
      expect(seen).toMatchObject({ ...plan, extension: [{ url, valueUri: 'PATIENT' }], relatedArtifact: [{ url: 'PATIENT' }] });
    });

    test('70: href of a and src of img in narrative, nowhere else in it', async () => {
      const div = (link: string) =>
        `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${link}">${P}</a> <img alt="${P}" src='${link}'/> <a title="${P}" href="http://x?a=1&amp;b=2">x</a></div>`;
      const seen = await beside(observation(P, { text: { status: 'generated', div: div(P) } }));
      expect((seen.text as { div: string }).div).toBe(div('PATIENT').replace("'PATIENT'", '"PATIENT"'));
    });

    test('70: cycles, and a resource that refers to itself', async () => {
      const entries = [
        post(observation(P, { derivedFrom: [{ reference: O }] }), { fullUrl: O }),
        post(
          patient(undefined, {
            link: [{ type: 'seealso', other: { reference: P } }],
            extension: [{ url: 'http://x', valueReference: { reference: O } }],
          }),
          { fullUrl: P },
        ),
      ];
      const answer = await send(rest, entries);
      const [o, p] = [madeBy(answer, 0), madeBy(answer, 1)];
      expect(JSON.parse(await stored(opened.store, o))).toMatchObject({ subject: { reference: p }, derivedFrom: [{ reference: o }] });
      expect(JSON.parse(await stored(opened.store, p))).toMatchObject({
        link: [{ other: { reference: p } }],
        extension: [{ valueReference: { reference: o } }],
      });
    });

    test('70: what is found by a rewritten reference', async () => {
      const answer = await send(rest, [post(patient(), { fullUrl: P }), post(observation(P))]);
      const found = await rest.call('GET', `Observation?subject=${madeBy(answer, 0)}`);
      expect(found.json.entry.map((each: { resource: { id: string } }) => `Observation/${each.resource.id}`)).toEqual([madeBy(answer, 1)]);
    });

    test.each([
      ['equal to the fullUrl', 'http://x.example.org/fhir/Patient/p', 'urn:uuid:o', 'PATIENT'],
      ['relative, on the root of its own fullUrl', 'Patient/p', 'http://x.example.org/fhir/Observation/o', 'PATIENT'],
      ['relative, where its own fullUrl has another root', 'Patient/p', 'http://y.example.org/fhir/Observation/o', 'Patient/p'],
      ['relative, where its own fullUrl is no address', 'Patient/p', 'urn:uuid:o', 'Patient/p'],
      ['only the beginning of a fullUrl', 'http://x.example.org/fhir/Patient/', 'urn:uuid:o', 'http://x.example.org/fhir/Patient/'],
      ['with more behind it', 'http://x.example.org/fhir/Patient/p2', 'urn:uuid:o', 'http://x.example.org/fhir/Patient/p2'],
      ['to outside', 'http://z.example.org/fhir/Patient/p', 'urn:uuid:o', 'http://z.example.org/fhir/Patient/p'],
    ])('71: a link %s', async (_what, link, own, expected) => {
      const seen = await beside(observation(link), 'http://x.example.org/fhir/Patient/p', { fullUrl: own });
      expect(seen).toMatchObject({ subject: { reference: expected } });
    });

    test('71: a version-specific link to what is created stays one, with the version created', async () => {
      const seen = await beside(observation(P, { derivedFrom: [{ reference: `${P}/_history/7` }] }));
      expect(seen).toMatchObject({ derivedFrom: [{ reference: 'PATIENT/_history/1' }] });
    });

    test('71: a version-specific link to what keeps its id keeps its version', async () => {
      await rest.call('PUT', 'Patient/kept', { body: patient(undefined, { id: 'kept' }) });
      const provenance = {
        resourceType: 'Provenance',
        recorded: '2026-01-01T00:00:00Z',
        agent: [{ who: { display: 'x' } }],
        target: [{ reference: 'Patient/kept/_history/1' }],
      };
      const entries = [
        put('Patient/kept', patient(undefined, { id: 'kept', active: true }), {}, 'http://localhost/fhir/Patient/kept'),
        post(provenance),
      ];
      const answer = await send(rest, entries);
      expect(JSON.parse(await stored(opened.store, madeBy(answer, 1)))).toMatchObject({
        target: [{ reference: 'Patient/kept/_history/1' }],
      });
    });

    test('71: a version-specific link by a temporary name to what is updated gets the version written', async () => {
      for (const [id, version] of [
        ['named', 1],
        ['named', 2],
      ] as const) {
        const entries = [
          put(`Patient/${id}`, patient(undefined, { id }), {}, P),
          post(observation(`${P}/_history/9`, { focus: [{ reference: P }] })),
        ];
        const answer = await send(rest, entries);
        expect(JSON.parse(await stored(opened.store, madeBy(answer, 1)))).toMatchObject({
          subject: { reference: `Patient/${id}/_history/${version}` },
          focus: [{ reference: `Patient/${id}` }],
        });
      }
      await rest.call('DELETE', 'Patient/named');
      const answer = await send(rest, [
        put('Patient/named', patient(undefined, { id: 'named' }), {}, P),
        post(observation(`${P}/_history/9`)),
      ]);
      expect(JSON.parse(await stored(opened.store, madeBy(answer, 1))).subject.reference).toBe('Patient/named/_history/4');
    });

    test('71: links by this server’s own address stay as they are written', async () => {
      const own = 'http://localhost/fhir/Patient/own';
      const answer = await send(rest, [put('Patient/own', patient(undefined, { id: 'own' }), {}, own), post(observation(own))]);
      expect(JSON.parse(await stored(opened.store, madeBy(answer, 1))).subject.reference).toBe(own);
    });

    test('71: links to another server’s address of what is updated here lead here', async () => {
      const theirs = 'http://theirs.example.org/fhir/Patient/mapped';
      const answer = await send(rest, [put('Patient/mapped', patient(undefined, { id: 'mapped' }), {}, theirs), post(observation(theirs))]);
      expect(JSON.parse(await stored(opened.store, madeBy(answer, 1))).subject.reference).toBe('Patient/mapped');
    });

    test('70, 76: links in what a patch puts in', async () => {
      await send(rest, [put('Observation/patched', { ...observation('Patient/x'), id: 'patched' })]);
      const answer = await send(rest, [
        jsonPatch('Observation/patched', [{ op: 'replace', path: '/subject/reference', value: P }]),
        post(patient(), { fullUrl: P }),
      ]);
      expect(JSON.parse(await stored(opened.store, 'Observation/patched')).subject.reference).toBe(madeBy(answer, 1));
    });

    test('70: a link to what the Bundle only reads or deletes is left alone', async () => {
      await rest.call('PUT', 'Patient/only', { body: patient(undefined, { id: 'only' }) });
      const answer = await send(rest, [{ ...get('Patient?_id=only'), fullUrl: P }, post(observation(P))]);
      expect(JSON.parse(await stored(opened.store, madeBy(answer, 1))).subject.reference).toBe(P);
      expect(statuses(await send(rest, [{ ...remove('Patient/only'), fullUrl: P }, post(observation(P))]))).toEqual(['204', '201']);
    });

    test('71: a fragment stays behind the new address; one alone names what is contained', async () => {
      const contained = [{ resourceType: 'Patient', id: 'p' }];
      const div = `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${P}#name">x</a> <a href="#p">y</a></div>`;
      const text = { status: 'generated', div };
      const extension = [{ url: 'http://x', valueUri: `${P}#name` }];
      const seen = await beside(observation('#p', { contained, text, extension }));
      expect(seen).toMatchObject({
        subject: { reference: '#p' },
        text: { div: div.replace(P, 'PATIENT') },
        extension: [{ valueUri: 'PATIENT#name' }],
      });
    });

    test('70: an element of type uri that holds the canonical of an entry, such as a system, names the definition', async () => {
      const url = 'http://x.example.org/fhir/CodeSystem/colours';
      const system = (own: string) => ({ resourceType: 'CodeSystem', url: own, status: 'draft', content: 'complete' });
      const coded = observation(url, { code: { coding: [{ system: url, code: 'red' }] }, derivedFrom: [{ reference: url }] });
      const answer = await send(rest, [post(system(url), { fullUrl: url }), post(coded)]);
      expect(JSON.parse(await stored(opened.store, madeBy(answer, 1)))).toMatchObject({
        code: { coding: [{ system: url }] },
        derivedFrom: [{ reference: madeBy(answer, 0) }],
      });
      const other = `${url}-2`;
      const alone = [
        post(system(other), { fullUrl: other }),
        post(observation('Patient/x', { code: { coding: [{ system: other, code: 'red' }] } })),
      ];
      expect(statuses(await send(rest, alone, {}, 'batch'))).toEqual(['201', '201']);
    });

    test('29, 70: a Bundle that is stored keeps its names, the links between its entries, and its searches', async () => {
      const document = {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [
          { fullUrl: P, resource: { resourceType: 'Patient' }, request: { method: 'PUT', url: 'Patient?identifier=urn:s|1' } },
          {
            fullUrl: 'http://x.example.org/fhir/Observation/o',
            resource: observation(P, {
              performer: [{ reference: 'Practitioner?identifier=urn:s|2' }],
              focus: [{ reference: O }],
              hasMember: [{ reference: 'Observation/o' }],
              contained: [{ resourceType: 'Bundle', type: 'collection', id: 'c', entry: [{ resource: observation(P) }] }],
            }),
          },
        ],
      };
      const answer = await send(rest, [post(patient(), { fullUrl: P }), post(patient(), { fullUrl: O }), post(document)]);
      const [first, second] = document.entry;
      const focus = [{ reference: `${BASE}/${madeBy(answer, 1)}` }]; // relative, it would lead to x.example.org
      const kept = { entry: [first, { ...second, resource: { ...second?.resource, focus } }] };
      expect(JSON.parse(await stored(opened.store, madeBy(answer, 2)))).toMatchObject(kept);
      const alone = await rest.call('POST', 'Bundle', { body: document });
      expect(alone.json).toMatchObject({ entry: document.entry });
    });

    describe('references by search', () => {
      beforeAll(async () => {
        for (const id of ['sought', 'twin-1', 'twin-2']) {
          await rest.call('PUT', `Patient/${id}`, { body: patient(id.split('-')[0], { id }) });
        }
      });
      const referring = async (reference: string, ...others: readonly unknown[]) => {
        const answer = await send(rest, [post(observation(reference)), ...others]);
        return JSON.parse(await stored(opened.store, madeBy(answer, 0))).subject.reference as string;
      };

      test('73: exactly one that fits is put in their place', async () => {
        expect(await referring('Patient?identifier=urn:s|sought')).toBe('Patient/sought');
        expect(await referring('Patient?identifier=urn:s%7Csought')).toBe('Patient/sought');
      });

      test.each([
        ['none', 'Patient?identifier=urn:s|nobody', 'incomplete'],
        ['several', 'Patient?identifier=urn:s|twin', 'ambiguous'],
        ['no filter', 'Patient?', 'invalid'],
        ['a result parameter', 'Patient?identifier=urn:s|sought&_sort=_id', 'invalid'],
        ['a parameter that is not known', 'Patient?nonsense=1', 'invalid'],
      ])('73: %s fails the transaction', async (_what, reference, kind) => {
        const fault = await refusal(referring(reference));
        expect([fault.kind, fault.issues?.[0]?.expression]).toEqual([kind, ['Bundle.entry[0]']]);
      });

      test('73: resources of the same Bundle count, what it deletes does not', async () => {
        expect(await referring('Patient?identifier=urn:s|made', put('Patient/made', patient('made', { id: 'made' })))).toBe('Patient/made');
        expect((await refusal(referring('Patient?identifier=urn:s|sought', post(patient('sought'))))).kind).toBe('ambiguous');
        expect((await refusal(referring('Patient?identifier=urn:s|made', remove('Patient/made')))).kind).toBe('incomplete');
        expect(await referring('Patient?identifier=urn:s|twin', remove('Patient/twin-1'))).toBe('Patient/twin-2');
        expect(await referring('Patient?identifier=urn:s|moved', put('Patient/twin-2', patient('moved', { id: 'twin-2' })))).toBe(
          'Patient/twin-2',
        );
        expect(
          (await refusal(referring('Patient?identifier=urn:s|moved', put('Patient/twin-2', patient('twin', { id: 'twin-2' }))))).kind,
        ).toBe('incomplete');
      });

      test('73: they may ask for links that the Bundle makes', async () => {
        const sought = {
          resourceType: 'Provenance',
          recorded: '2026-01-01T00:00:00Z',
          agent: [{ who: { display: 'x' } }],
          target: [{ reference: 'Observation?subject.identifier=urn:s|chained' }],
        };
        const answer = await send(rest, [post(sought), post(observation(P)), post(patient('chained'), { fullUrl: P })]);
        expect(JSON.parse(await stored(opened.store, madeBy(answer, 0))).target[0].reference).toBe(madeBy(answer, 1));
      });

      test('73: a resource is checked with references to resources in their place', async () => {
        const seen: unknown[] = [];
        const checking = client({
          store: opened.store,
          check: async (resource) => {
            seen.push(resource);
            return [];
          },
        });
        const reference = 'Patient?identifier=urn:s|sought';
        await send(checking, [
          post(observation(reference, { note: [{ text: reference }] })),
          jsonPatch('Observation/patched', [{ op: 'replace', path: '/subject/reference', value: reference }]),
        ]);
        expect(seen).toMatchObject([
          { subject: { reference: 'Patient/target' }, note: [{ text: reference }] },
          { subject: { reference: 'Patient/target' } },
        ]);
        expect(JSON.parse(await stored(opened.store, 'Observation/patched')).subject.reference).toBe('Patient/sought');
      });

      test('73: in a batch and in single writes they are refused', async () => {
        const reference = 'Patient?identifier=urn:s|sought';
        expect(statuses(await send(rest, [post(observation(reference))], {}, 'batch'))).toEqual(['400']);
        const calls = [
          rest.call('POST', 'Observation', { body: observation(reference) }),
          rest.call('PUT', 'Observation/x', { body: { ...observation(reference), id: 'x' } }),
          rest.call('PUT', 'Observation?_id=x', { body: observation(reference) }),
          rest.call('PATCH', 'Observation/patched', {
            body: [{ op: 'replace', path: '/subject/reference', value: reference }],
            contentType: 'application/json-patch+json',
          }),
        ];
        for (const call of calls)
          expect(await refusal(call)).toMatchObject({ kind: 'invalid', expression: 'Observation.subject.reference' });
      });
    });
  });
}
