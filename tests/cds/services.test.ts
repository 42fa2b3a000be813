import { describe, expect, test } from '@jest/globals';
import type { PlanDefinition } from '../../src/fhir/types.ts';
import { SUGGEST_WHEN } from '../../src/reasoning/extensions.ts';
import { activity, library } from '../reasoning/content.ts';
import { empties } from './oracle.ts';
import { canonical, cards, entry, item, NOW, plan, queries, request, resources, rule, services } from './toy.ts';

const without = (id: string) => resources.filter((resource) => resource.id !== id);
const only = (toy: PlanDefinition) => [...without('toy'), toy];

describe('discovery', () => {
  test('lists each entry plan as a service, with what it asks for', async () => {
    const { cds } = services();
    const answer = await cds.discover();
    expect(answer).toEqual({
      services: [
        {
          hook: 'problem-list-item-create',
          id: 'toy',
          title: 'toy',
          description: 'Entry plan of problem-list-item-create.',
          prefetch: queries,
          version: '2.0.1',
        },
      ],
    });
    expect(empties(answer, '')).toEqual([]);
    expect(await cds.heldBack()).toEqual([]);
  });

  test('without services is an empty list', async () => {
    expect(await services([]).cds.discover()).toEqual({ services: [] });
  });

  test('asks for nothing that no system here keeps', async () => {
    const [service] = (await services(resources, { without: ['Observation'] }).cds.discover()).services;
    expect(Object.keys(service?.prefetch ?? {})).toEqual(['patient', 'conditions', 'medications']);
  });

  test('has a description even where the plan has none', async () => {
    const [service] = (await services(only(entry('toy', 'patient-view', cards, { description: undefined }))).cds.discover()).services;
    expect(service?.description).toBe('toy');
  });
});

describe('a plan that is not offered is named with its reason', () => {
  test.each([
    ['is switched off', entry('toy', 'patient-view', cards, { extension: [] }), 'cpg-enabled is not true'],
    ['is retired', entry('toy', 'patient-view', cards, { status: 'retired' }), 'its status is retired'],
    ['names an unknown hook', entry('toy', 'patient-leave', cards), 'the hook patient-leave is not known'],
    [
      'names two hooks',
      {
        ...entry('toy', 'patient-view', cards),
        action: [...(entry('toy', 'patient-view', cards).action ?? []), ...(entry('x', 'order-sign', cards).action ?? [])],
      },
      'patient-view and order-sign',
    ],
    ['has broken logic', entry('toy', 'patient-view', [{ id: 'card', action: [rule('R1', '%Nobody')] }]), '%Nobody'],
    [
      'nests what is not here',
      entry('toy', 'patient-view', [{ id: 'card', definitionCanonical: canonical('PlanDefinition', 'gone') }]),
      'gone|1.0.0 is not here',
    ],
    ['has a library that is not here', entry('toy', 'patient-view', cards, { library: [canonical('Library', 'gone')] }), 'not found here'],
    [
      'says when to suggest, but with no expression',
      entry('toy', 'patient-view', [{ id: 'card', extension: [{ url: SUGGEST_WHEN }], action: [rule('R1', 'true')] }]),
      'an expression in no language',
    ],
  ])('%s', async (_, toy, words) => {
    const { cds } = services(only(toy));
    expect(await cds.discover()).toEqual({ services: [] });
    expect(await cds.heldBack()).toEqual([expect.stringContaining('PlanDefinition/toy is not offered')]);
    expect((await cds.heldBack()).join()).toContain(words);
    await expect(cds.call('toy', request('1'), NOW)).rejects.toMatchObject({ kind: 'not-found' });
  });

  test('more actions than anybody could walk through', async () => {
    const twice = (id: string, next: string) =>
      plan(
        id,
        ['a', 'b'].map((each) => ({ id: each, title: each, definitionCanonical: canonical('PlanDefinition', next) })),
      );
    const nested = Array.from({ length: 30 }, (_, i) => twice(`n${i}`, `n${i + 1}`));
    const toy = entry('toy', 'patient-view', [{ id: 'card', definitionCanonical: canonical('PlanDefinition', 'n0') }]);
    const { cds } = services([...only(toy), ...nested, plan('n30', [{ id: 'leaf', title: 'Leaf' }])]);
    expect((await cds.heldBack()).join()).toContain('comes to more than 10000 actions');
  });

  test('a query with a token that the hook does not give', async () => {
    const logic = library({}, [], { patient: 'Patient/{{context.patientId}}', orders: 'ServiceRequest?order={{context.draftOrders.id}}' });
    const { cds } = services([
      ...without('toy-logic'),
      logic,
      entry('toy', 'patient-view', [{ id: 'card', action: [rule('R1', 'true')] }]),
    ]);
    expect((await cds.heldBack()).join()).toContain('{{context.draftOrders.id}}');
  });

  test('override reasons that cannot be listed', async () => {
    const reasons = [{ type: 'depends-on' as const, label: 'override-reasons', resource: canonical('ValueSet', 'gone') }];
    const expand = async () => {
      const { FhirError } = await import('../../src/fhir/error.ts');
      throw new FhirError('invalid', 'It is not here.');
    };
    const { cds } = services(only(entry('toy', 'patient-view', cards, { relatedArtifact: reasons })), { terminology: { expand } });
    expect((await cds.heldBack()).join()).toContain('override reasons');
  });

  test.each([
    ['actions that are no list', { action: 'x' }],
    ['a null action', { action: [null] }],
    ['conditions that are no list', { action: [{ trigger: [{ type: 'named-event', name: 'patient-view' }], condition: 7 }] }],
    ['extensions that are no list', { extension: 'x' }],
  ])('a plan stored unchecked takes down itself alone: %s', async (_, more) => {
    const broken = { ...entry('broken', 'patient-view', cards), ...more } as unknown as PlanDefinition;
    const { cds } = services([...resources, broken]);
    expect((await cds.discover()).services.map(({ id }) => id)).toEqual(['toy']);
    expect((await cds.heldBack()).join()).toContain('PlanDefinition/broken is not offered');
  });

  test('a plan without a hook is no service and no fault', async () => {
    const { cds } = services([...resources, plan('nested', [rule('R1', '%Nobody')])]);
    expect(await cds.heldBack()).toEqual([]);
  });
});

describe('services live with what is stored', () => {
  const main = async (cds: ReturnType<typeof services>['cds']) =>
    (await cds.call('toy', request('1'), NOW)).cards.flatMap((card) => card.extension['org.ramus.trace'].items ?? []);

  test('a write is seen by the next call: plan, nested plan, logic', async () => {
    const nested = plan('inner', [rule('R1', '%Sickness', [item('one')])]);
    const { cds, put } = services([
      ...only(entry('toy', 'problem-list-item-create', [{ id: 'card', definitionCanonical: canonical('PlanDefinition', 'inner') }])),
      nested,
    ]);
    expect(await main(cds)).toEqual(['one']);
    put(plan('inner', [rule('R1', '%Sickness', [item('two')])]));
    expect(await main(cds)).toEqual(['two']);
    put(library({ Sickness: 'false' }, [], queries));
    expect(await main(cds)).toEqual([]);
    put(entry('toy', 'problem-list-item-create', [{ id: 'card', action: [rule('R1', 'true', [item('three')])] }]));
    expect(await main(cds)).toEqual(['three']);
  });

  test('a new plan is offered, a deleted one is not', async () => {
    const { cds, put, remove } = services();
    put(entry('second', 'patient-view', cards));
    expect((await cds.discover()).services.map(({ id }) => id)).toEqual(['second', 'toy']);
    remove('PlanDefinition', 'toy');
    expect((await cds.discover()).services.map(({ id }) => id)).toEqual(['second']);
  });

  test('a plan that was held back is offered once what it missed is there', async () => {
    const { cds, put } = services(without('test'));
    expect((await cds.heldBack()).join()).toContain('test|1.0.0 is not here');
    put(activity('test', 'ServiceRequest', 'assessment'));
    expect(await cds.heldBack()).toEqual([]);
  });

  test('writes that have nothing to do with a service do not make it anew', async () => {
    const { cds, put, counts } = services();
    await cds.discover();
    const before = counts.reads;
    for (let i = 0; i < 20; i++) put(activity(`other-${i}`, 'Task', 'education'));
    await cds.discover();
    expect(counts.reads).toBe(before);
  });

  test('many calls at once see the same', async () => {
    const { cds } = services();
    const answers = await Promise.all(Array.from({ length: 20 }, () => main(cds)));
    expect(new Set(answers.map(String))).toEqual(new Set(['advice,test']));
  });
});
