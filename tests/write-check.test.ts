import { describe, expect, test } from '@jest/globals';
import type { FhirError } from '../src/fhir/error.ts';
import { issue } from '../src/fhir/outcome.ts';
import type { FhirRequest } from '../src/fhir/request.ts';
import type { OperationOutcomeIssue, ResourceType } from '../src/fhir/types.ts';
import { createWriteCheck, type WriteMode } from '../src/write-check.ts';

const misshapen = issue('error', 'structure', 'Patient.x is not an element of Patient.');
const broken = issue('error', 'invariant', 'Patient.contact breaks the rule pat-1.');
const against = issue('error', 'business-rule', 'Patient.name must be there.');
const remark = issue('warning', 'informational', 'Patient.name had better be there.');

const outcome = async (mode: WriteMode | undefined, type: ResourceType, issues: readonly OperationOutcomeIssue[]) => {
  const check = createWriteCheck({ validate: async () => issues }, mode);
  try {
    return (await check({}, { type } as FhirRequest)).map(({ severity }) => severity);
  } catch (error) {
    return (error as FhirError).kind;
  }
};

describe('the check of a write', () => {
  test.each<[WriteMode | undefined, ResourceType, readonly OperationOutcomeIssue[], unknown]>([
    ['reject', 'Patient', [broken], 'invalid'],
    ['reject', 'Patient', [against], 'unprocessable'],
    ['reject', 'Patient', [remark], ['warning']],
    ['warn', 'Questionnaire', [broken, against, remark], ['warning', 'warning', 'warning']],
    ['warn', 'Patient', [misshapen], 'invalid'],
    ['off', 'Patient', [misshapen], 'invalid'],
    ['off', 'Questionnaire', [broken, remark], []],
    [undefined, 'Questionnaire', [broken], 'invalid'],
    [undefined, 'Patient', [broken], ['warning']],
  ])('%s, %s', async (mode, type, issues, expected) => {
    expect(await outcome(mode, type, issues)).toEqual(expected);
  });

  test('refuses with every issue', async () => {
    const check = createWriteCheck({ validate: async () => [misshapen, remark] }, 'warn');
    await expect(check({}, { type: 'Patient' } as FhirRequest)).rejects.toMatchObject({ issues: [misshapen, remark] });
  });
});
