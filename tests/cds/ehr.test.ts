import { expect, test } from '@jest/globals';
import { ehrOf } from '../../src/cds/ehr.ts';
import { readPages } from '../../src/cds/pages.ts';
import type { CdsRequest } from '../../src/cds/request.ts';
import type { FhirResource } from '../../src/fhir/types.ts';
import { bundle } from './toy.ts';

test('pages that go on and on end with the patience for one call, and half of them is no list', async () => {
  let [now, page] = [0, 0];
  const fetch = async () => {
    now += 4000;
    return { ...bundle(), link: [{ relation: 'next', url: `https://ehr.example/fhir/page${++page}` }] } as unknown as FhirResource;
  };
  const request = { fhirServer: 'https://ehr.example/fhir' } as CdsRequest;
  const ehr = ehrOf(request, ['https://ehr.example'], fetch, () => now);
  expect(await readPages(await ehr?.read('Observation?patient=p'), 'Observation', ehr)).toBeUndefined();
  expect(page).toBe(4);
});
