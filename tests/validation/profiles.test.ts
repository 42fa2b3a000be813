import { describe, expect, test } from '@jest/globals';
import type { StructureDefinition } from '../../src/fhir/types.ts';
import { verdict } from '../../src/validation/verdict.ts';
import { change, core, lines, patient, plan, validatorOf } from './subject.ts';

const url = 'http://example.org/StructureDefinition/named-plan';

/** R4's PlanDefinition with a title required and the status fixed. */
const profile: StructureDefinition = {
  ...(core.structure('PlanDefinition') as StructureDefinition),
  url,
  derivation: 'constraint',
  baseDefinition: 'http://hl7.org/fhir/StructureDefinition/PlanDefinition',
  snapshot: {
    element: (core.structure('PlanDefinition')?.snapshot?.element ?? []).map((element) => {
      if (element.path === 'PlanDefinition.title') return { ...element, min: 1 };
      if (element.path === 'PlanDefinition.status') return { ...element, fixedCode: 'draft' };
      if (element.path !== 'PlanDefinition') return element;
      const own = { key: 'own-1', severity: 'error', human: 'It has a library.', expression: 'library.exists()' } as const;
      return { ...element, constraint: [...(element.constraint ?? []), own] };
    }),
  },
};

const validator = validatorOf(profile, { ...profile, url: `${url}-bare`, snapshot: undefined } as unknown as StructureDefinition);
const check = async (resource: unknown, ...profiles: string[]) => lines(await validator.validate(resource, { profiles }));

describe('profiles', () => {
  test('that a resource fits give no issue', async () => {
    expect(await check(plan, url)).toEqual([]);
    expect(await check({ ...plan, meta: { profile: [url, 'http://hl7.org/fhir/StructureDefinition/PlanDefinition'] } })).toEqual([]);
    expect(await check(patient, 'http://hl7.org/fhir/StructureDefinition/DomainResource')).toEqual([]);
  });

  test('that it does not fit are named', async () => {
    expect(await check(change(plan, 'title', undefined), url)).toEqual(['error business-rule PlanDefinition.title']);
    expect(await check(change({ ...plan, meta: { profile: [url] } }, 'status', 'active'))).toEqual([
      'error business-rule PlanDefinition.status',
    ]);
    const issues = await validator.validate(change(plan, 'library', undefined), { profiles: [url] });
    expect(issues.map(({ diagnostics }) => diagnostics)).toEqual([
      `PlanDefinition does not fit the profile ${url}: breaks the rule own-1: It has a library; correct it.`,
    ]);
  });

  test('with rules that would take the built-in regular expressions for ever are answered', async () => {
    const slow = { key: 'slow-1', severity: 'warning', human: 'Title is plain.', expression: "title.matches('(a+)+b')" } as const;
    const path = 'PlanDefinition.action';
    const stored: StructureDefinition = {
      ...profile,
      url: `${url}-slow`,
      snapshot: undefined as never,
      differential: { element: [{ path, constraint: [slow] }] },
    };
    const resource = change(plan, 'action.0.title', 'a'.repeat(5000));
    const issues = await validatorOf(stored).validate(resource, { profiles: [`${url}-slow`] });
    expect(lines(issues)).toEqual(['warning business-rule PlanDefinition.action[0]']);
  });

  test('of another type are refused', async () => {
    expect(await check(patient, url)).toEqual(['error business-rule Patient']);
    expect(await check({ ...patient, meta: { profile: [url] } })).toEqual(['error business-rule Patient.meta.profile[0]']);
  });

  test('that are unknown: an error for who asked for them, a warning where the resource claims them', async () => {
    expect(await check(plan, `${url}-none`)).toEqual(['error not-found undefined']);
    expect(await check({ ...plan, meta: { profile: [`${url}-none`] } })).toEqual(['warning not-found PlanDefinition.meta.profile[0]']);
  });

  test('that cannot be checked are said to be so', async () => {
    expect(await check(plan, `${url}-bare`)).toEqual(['error not-supported undefined']);
    expect(await check({ ...plan, meta: { profile: [`${url}-bare`] } })).toEqual(['warning not-supported PlanDefinition.meta.profile[0]']);
  });

  test('of R4 itself are known', async () => {
    const shareable = 'http://hl7.org/fhir/StructureDefinition/shareableplandefinition';
    expect(await check(plan, shareable)).toEqual(
      expect.arrayContaining([
        'error business-rule PlanDefinition.description',
        'error business-rule PlanDefinition.publisher',
        'error business-rule PlanDefinition.experimental',
      ]),
    );
  });
});

describe('invariants of R4', () => {
  test('are checked, in contained resources too', async () => {
    expect(await check({ ...patient, contact: [{ gender: 'male' }] })).toEqual(['error invariant Patient.contact[0]']);
    expect(await check({ ...plan, name: 'low back' })).toEqual([]);
    expect(
      await check(
        change(
          plan,
          'contained',
          [{ ...patient, contained: undefined, managingOrganization: undefined, contact: [{ gender: 'male' }] }].map((each) =>
            JSON.parse(JSON.stringify(each)),
          ),
        ),
      ),
    ).toEqual(expect.arrayContaining(['error invariant PlanDefinition.contained[0].contact[0]']));
    const period = { start: '2024-02-01', end: '2024-01-01' };
    expect(await check(change(plan, 'effectivePeriod', period))).toEqual(['error invariant PlanDefinition.effectivePeriod']);
  });

  test('that an engine gets wrong do not refuse what is right', async () => {
    const bundle = {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [
        { fullUrl: 'http://example.org/fhir/Patient/p', resource: patient },
        { fullUrl: 'http://example.org/fhir/PlanDefinition/low-back', resource: plan },
      ],
    };
    expect(await check(bundle)).toEqual([]);
  });
});

describe('verdict', () => {
  test('tells faults of R4 from those of profiles and rules', async () => {
    const of = async (resource: unknown, ...profiles: string[]) => verdict(await validator.validate(resource, { profiles }));
    expect(await of(plan)).toBeUndefined();
    expect(await of({ ...plan, meta: { profile: [`${url}-none`] } })).toBeUndefined();
    expect(await of({})).toBe('invalid');
    expect(await of(change(plan, 'status', 'aktiv'))).toBe('invalid');
    expect(await of(change(plan, 'status', undefined))).toBe('invalid');
    expect(await of({ ...patient, contact: [{ gender: 'male' }] })).toBe('invalid');
    expect(await of(change(plan, 'title', undefined), url)).toBe('unprocessable');
    expect(await of(plan, `${url}-none`)).toBe('unprocessable');
  });

  test('issues stand worst first', async () => {
    const issues = await validator.validate({ ...change(plan, 'status', 'aktiv'), meta: { profile: [`${url}-none`] } });
    expect(issues.map(({ severity }) => severity)).toEqual(['error', 'warning']);
  });
});
