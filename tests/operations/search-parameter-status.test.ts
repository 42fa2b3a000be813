import { expect, test } from '@jest/globals';
import { parseJson } from '../../src/fhir/json.ts';
import type { FhirRequest } from '../../src/fhir/request.ts';
import { searchParameterStatus } from '../../src/operations/search-parameter-status.ts';

const { run } = searchParameterStatus({ status: async () => [] });
const call = async (body: unknown) => {
  const request = { method: 'POST', type: 'SearchParameter', query: [], conditions: {}, prefer: {}, now: new Date(0) } as const;
  return run({ ...request, baseUrl: 'http://localhost/fhir', body: parseJson(JSON.stringify(body)) } satisfies FhirRequest);
};

test.each([{}, 'x', [null], ['url'], [{ name: 5 }], [{}], [{ name: 'other' }], [{ name: 'url', valueUri: {} }]])(
  '$status refuses the parameters %j in a sentence',
  async (parameter) => {
    await expect(call({ resourceType: 'Parameters', parameter })).rejects.toMatchObject({
      name: 'FhirError',
      kind: expect.stringMatching(/^(structure|invalid)$/),
    });
  },
);

test('$status takes a body without parameters', async () => {
  for (const parameter of [undefined, []]) expect((await call({ resourceType: 'Parameters', parameter })).status).toBe(200);
});
