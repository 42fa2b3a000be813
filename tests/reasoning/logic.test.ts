import { describe, expect, test } from '@jest/globals';
import type { PlanDefinition } from '../../src/fhir/types.ts';
import { loadPlan } from '../../src/reasoning/load-plan.ts';
import { canonical, codes, definitionsOf, library, plan, rule, SNOMED, valueSet } from './content.ts';

const sick = valueSet('sick', 'Sick', codes(SNOMED, '1'));

/** Faults of a plan with one rule, over a library. */
async function faultsOf(expression: string, named: Record<string, string> = {}, sets = [sick], more: Partial<PlanDefinition> = {}) {
  const logic = library(
    named,
    sets.map(({ id }) => id ?? ''),
  );
  const loaded = await loadPlan(plan('toy', [rule('R1', expression)], more), definitionsOf(logic, ...sets));
  expect(loaded.plan === undefined).toBe(loaded.faults.length > 0);
  return loaded.faults.join('\n');
}

describe('the logic of a plan is checked when it is loaded', () => {
  test('variables, value sets and named expressions may be used, each in any order', async () => {
    const named = { Ill: '%Codes.intersect(%Sick).exists()', Codes: "%conditions.code.coding.select(system & '|' & code)" };
    expect(await faultsOf('%Ill and %unavailable.empty()', named)).toBe('');
  });

  test.each([
    ['an unknown name', '%Nobody', {}, '%Nobody is the name of no variable'],
    ['an unknown name further down', '%A', { A: '%B', B: '%nothing.exists()' }, '%nothing is the name of no variable'],
    ['a name in quotes is a name as well', "%'Nobody'", {}, '%Nobody'],
    ['a circle, with its path', '%A', { A: '%B.not()', B: '%C', C: '%A or true' }, '%A → %B → %C → %A is a circle'],
    ['an expression named like a variable', '%patient.exists()', { patient: 'true' }, '%patient stands 2 times'],
    ['an expression named like a value set', '%Sick.exists()', { Sick: 'true' }, '%Sick stands 2 times'],
    ['what is no FHIRPath', '%A', { A: 'where(' }, 'does not compile'],
    ['a function that does not exist', '%patient.heal()', {}, 'heal'],
    ['a name of safety plans in another plan', '%offered.exists()', {}, '%offered is the name of no variable'],
    ['a date', '%Born < today()', { Born: '%patient.birthDate' }, '%Born yields something else'],
    [
      'a date that another expression passes on',
      '%B',
      { A: '%responses.first().authored', B: 'iif(true, %A, %A.first())' },
      '%A yields something else',
    ],
    ['a quantity', '%Q', { Q: '%observations.value.ofType(Quantity).first()' }, '%Q yields something else'],
    ['a number', '%N', { N: '%conditions.count()' }, '%N yields something else'],
    ['a part of a resource', '%N', { N: '%conditions.clinicalStatus' }, '%N yields something else'],
  ])('%s', async (_, expression, named, words) => {
    const faults = await faultsOf(expression, named);
    expect(faults).toContain(words);
    expect(faults).toContain('PlanDefinition/toy, action R1');
  });

  test.each([
    ['%responses.descendants().where(answer.value.exists($this = true)).linkId'],
    ['(%conditions | %triggering).where(recordedDate <= today())'],
    ["iif(%patient.exists(), %Sick, 'none')"],
    ["%conditions.code.coding.select(system & '|' & code).intersect(%Sick)"],
    ['%medications.where(true).first()'],
    ["%patient.gender = 'female'"],
    ['%patient.active'],
    ['%responses.item.answer.value'],
  ])('booleans, strings and resources pass: %s', async (text) => {
    expect(await faultsOf('%A.exists()', { A: text })).toBe('');
  });

  test('a broken expression that no plan reaches takes nothing down', async () => {
    expect(await faultsOf('true', { A: '%A', B: '%nothing', C: 'where(' })).toBe('');
  });

  test('two value sets of one name, one that cannot be decided, one that is not here', async () => {
    const twin = { ...valueSet('twin', 'Sick', codes(SNOMED, '2')) };
    expect(await faultsOf('%Sick.exists()', {}, [sick, twin])).toContain('%Sick cannot be used: two value sets have this name');
    const vague = valueSet('vague', 'Vague', { system: SNOMED, filter: [{ property: 'concept', op: 'is-a', value: '1' }] });
    expect(await faultsOf('%Vague.exists()', {}, [vague])).toContain('%Vague cannot be used: the value set');
    const loaded = await loadPlan(plan('toy', [rule('R1', '%Sick.exists()')]), definitionsOf(library({}, ['sick'])));
    expect(loaded.faults.join()).toContain(`not found here: ${canonical('ValueSet', 'sick')}`);
    expect(loaded.open).toBe(true);
  });

  test('other languages than FHIRPath are refused', async () => {
    const action = {
      id: 'R1',
      condition: [{ kind: 'applicability' as const, expression: { language: 'text/cql' as const, expression: 'true' } }],
    };
    const loaded = await loadPlan(plan('toy', [action]), definitionsOf(library({}, [])));
    expect(loaded.faults.join()).toContain('only text/fhirpath');
  });
});
