import { describe, expect, test } from '@jest/globals';
import { escapeMarkdown, escapeName, safeMarkdown, summaryOf } from '../../src/cds/markdown.ts';
import type { FhirResource, PlanDefinition, PlanDefinitionAction } from '../../src/fhir/types.ts';
import type { SafetyPass } from '../../src/reasoning/safety.ts';
import { activity, suggestWhen } from '../reasoning/content.ts';
import { faultsOf } from './oracle.ts';
import { bundle, canonical, entry, item, NOW, plan, request, resources, rule, services, cards as toyCards } from './toy.ts';

const others = resources.filter(({ id }) => id !== 'toy');
const pass: SafetyPass = (kept) => ({ kept, withheld: [], cautions: [], exclusive: [], missing: [] });

async function cardsOf(
  actions: PlanDefinitionAction[],
  more: readonly FhirResource[] = [],
  plan_: Partial<PlanDefinition> = {},
  safety = pass,
) {
  const { cds, reported } = services([...others, ...more, entry('toy', 'problem-list-item-create', actions, plan_)], { safety });
  expect(await cds.heldBack()).toEqual([]);
  const answer = await cds.call('toy', request('1'), NOW);
  expect(faultsOf(answer)).toEqual([]);
  return { cards: answer.cards, reported };
}
const many = (n: number, prefix = 'i') => Array.from({ length: n }, (_, i) => item(`${prefix}${i}`, `${prefix}${i}`));
const activities = (n: number, prefix = 'i') => Array.from({ length: n }, (_, i) => activity(`${prefix}${i}`, 'Task', 'education'));

describe('a card', () => {
  test('says what holds, why, and from where', async () => {
    const { cds } = services();
    const { cards } = await cds.call('toy', request('1'), NOW);
    expect(cards).toHaveLength(1);
    expect(cards[0]).toMatchObject({
      summary: 'Care',
      detail: 'What *may* help.\n\n- **Item advice**: words of R1\n- **Item test**: words of R1',
      indicator: 'info',
      source: { label: 'Toy project (draft, not clinically reviewed)' },
      selectionBehavior: 'any',
      suggestions: [
        {
          label: 'Item advice',
          actions: [
            { type: 'create', description: 'Activity advice', resource: { resourceType: 'CommunicationRequest', status: 'draft' } },
          ],
        },
        {
          label: 'Item test',
          actions: [
            {
              type: 'create',
              resource: { resourceType: 'ServiceRequest', subject: { reference: 'Patient/p' }, requester: { reference: 'Practitioner/d' } },
            },
          ],
        },
      ],
      extension: { 'org.ramus.trace': { plan: canonical('PlanDefinition', 'toy'), action: 'card.main', items: ['advice', 'test'] } },
    });
  });

  test('is there only where something holds; without any the answer is empty', async () => {
    const { cds } = services();
    expect(await cds.call('toy', request('3'), NOW)).toEqual({ cards: [] });
    expect(JSON.stringify(await cds.call('toy', request('3'), NOW))).toBe('{"cards":[]}');
  });

  test('shows no medicine and nothing of it', async () => {
    const { cds } = services([
      ...others,
      entry('toy', 'problem-list-item-create', [{ id: 'card', title: 'Drugs', action: [rule('R1', 'true', [item('drug', 'drug')])] }]),
    ]);
    expect(await cds.call('toy', request('1'), NOW)).toEqual({ cards: [] });
  });

  test.each([
    ['stat', 'critical'],
    ['asap', 'warning'],
    ['urgent', 'warning'],
    ['routine', 'info'],
    [undefined, 'info'],
  ] as const)('of priority %s is %s', async (priority, indicator) => {
    const more = priority && { priority };
    const { cards } = await cardsOf([
      { id: 'card', title: 'C', action: [rule('R0', 'true', [item('a')]), rule('R1', 'true', [item('b')], more)] },
    ]);
    expect(cards[0]?.indicator).toBe(indicator);
  });

  test('takes its source from the action, else from the plan', async () => {
    const action = rule('R1', 'true', [item('a')]);
    const related = [
      { type: 'citation' as const, citation: 'Cited' },
      { type: 'documentation' as const, display: 'Guideline', url: 'https://guideline.example/' },
    ];
    const documented = { id: 'b', title: 'B', documentation: [{ type: 'documentation' as const, label: 'Own' }], action: [action] };
    const { cards } = await cardsOf([{ id: 'a', title: 'A', action: [action] }, documented], [], { relatedArtifact: related });
    expect(cards.map(({ source }) => source)).toEqual([
      { label: expect.stringMatching(/^Guideline \(draft/), url: 'https://guideline.example/' },
      { label: expect.stringMatching(/^Own \(draft/) },
    ]);
    expect(cards[0]?.links).toEqual([{ label: 'Guideline', url: 'https://guideline.example/', type: 'absolute' }]);
  });

  test.each<[string, string, Record<string, object>]>([
    ['all released', '', {}],
    ['the entry plan a draft', ' (draft, not clinically reviewed)', { toy: { status: 'draft' } }],
    ['a definition that it uses a draft', ' (draft, not clinically reviewed)', { advice: { status: 'draft' } }],
    ['its logic a draft', ' (draft, not clinically reviewed)', { 'toy-logic': { status: 'draft', experimental: true } }],
    ['a definition that it uses experimental', ' (experimental, not for clinical use)', { advice: { experimental: true } }],
  ])('with %s says so', async (_, caveat, changes) => {
    const all = resources.map((resource) => ({ ...resource, status: 'active', ...changes[resource.id ?? ''] }));
    const { cards } = await services(all as FhirResource[]).cds.call('toy', request('1'), NOW);
    expect(cards[0]?.source.label).toBe(`Toy project${caveat}`);
  });

  test('says which rules could not be evaluated', async () => {
    const broken = rule('R2', "%patient.name.given.single() = 'x'", [item('i')]);
    const { cds } = services([
      ...others,
      entry('toy', 'problem-list-item-create', [...toyCards, { id: 'b', title: 'B', action: [broken] }]),
    ]);
    const prefetch = { ...request('1').prefetch, patient: { resourceType: 'Patient', id: 'p', name: [{ given: ['x', 'y'] }] } };
    const { cards } = await cds.call('toy', request('1', { prefetch }), NOW);
    expect(cards.map(({ extension }) => extension['org.ramus.trace'].action)).toEqual(['card.main']);
    expect(cards[0]?.detail).toContain('open whether it applies: words of R2.');
  });

  test('carries the override reasons that the plan names', async () => {
    const relatedArtifact = [{ type: 'depends-on' as const, label: 'override-reasons', resource: canonical('ValueSet', 'reasons') }];
    const { cards } = await cardsOf(toyCards, [], { relatedArtifact });
    expect(cards[0]?.overrideReasons).toEqual([{ system: expect.any(String), code: 'later', display: 'Later' }]);
  });

  test('of a form links to its Questionnaire', async () => {
    const extension = [
      { url: 'http://hl7.org/fhir/uv/cpg/StructureDefinition/cpg-collectWith', valueCanonical: canonical('Questionnaire', 'form') },
    ];
    const form = {
      resourceType: 'Questionnaire' as const,
      id: 'form',
      url: canonical('Questionnaire', 'form').split('|')[0],
      version: '1.0.0',
      status: 'draft' as const,
      title: 'Form',
    };
    const task = { id: 'fill', title: 'Fill in', definitionCanonical: canonical('ActivityDefinition', 'fill') };
    const { cards } = await cardsOf(
      [{ id: 'card', title: 'C', action: [rule('R1', 'true', [task])] }],
      [activity('fill', 'Task', 'assessment', { extension }), form],
    );
    expect(cards[0]?.links).toEqual([{ label: 'Form', url: 'http://127.0.0.1:8080/fhir/Questionnaire/form', type: 'absolute' }]);
    expect(cards[0]?.suggestions?.[0]?.label).toBe('Fill in');
    expect(cards[0]?.extension['org.ramus.trace']).not.toHaveProperty('items');
  });
});

describe('suggestions', () => {
  test('an item with two definitions is one with two actions; what is proposed twice is one with both reasons', async () => {
    const two = item('two', undefined, {
      action: [
        { id: '1', definitionCanonical: canonical('ActivityDefinition', 'i0') },
        { id: '2', definitionCanonical: canonical('ActivityDefinition', 'i1') },
      ],
    });
    const { cards } = await cardsOf(
      [{ id: 'card', title: 'C', action: [rule('R1', 'true', [two]), rule('R2', 'true', [two])] }],
      activities(2),
    );
    expect(cards[0]?.suggestions?.map(({ label, actions }) => [label, actions.length])).toEqual([['Item two', 2]]);
    expect(cards[0]?.detail).toBe('- **Item two**: words of R1; words of R2');
    expect(cards[0]?.extension['org.ramus.trace'].items).toEqual(['two']);
  });

  test('two items with one definition are two bullets and one draft', async () => {
    const { cards } = await cardsOf(
      [{ id: 'card', title: 'C', action: [rule('R1', 'true', [item('a', 'i0'), item('b', 'i0')])] }],
      activities(1),
    );
    expect(cards[0]?.suggestions?.map(({ label }) => label)).toEqual(['Item a']);
    expect(cards[0]?.extension['org.ramus.trace'].items).toEqual(['a', 'b']);
  });

  test('recommended ones come first; of at most one only one is recommended', async () => {
    const yes = { precheckBehavior: 'yes' as const };
    const action = [rule('R1', 'true', [item('i0', 'i0'), item('i1', 'i1', yes), item('i2', 'i2', yes)])];
    const any = await cardsOf([{ id: 'card', title: 'C', action }], activities(3));
    expect(any.cards[0]?.suggestions?.map(({ label, isRecommended }) => [label, isRecommended])).toEqual([
      ['Item i1', true],
      ['Item i2', true],
      ['Item i0', undefined],
    ]);
    for (const selectionBehavior of ['at-most-one', 'exactly-one'] as const) {
      const { cards } = await cardsOf([{ id: 'card', title: 'C', selectionBehavior, action }], activities(3));
      expect(cards[0]?.selectionBehavior).toBe('at-most-one');
      expect(cards[0]?.suggestions?.filter(({ isRecommended }) => isRecommended)).toHaveLength(1);
    }
  });

  test('all or none is one suggestion', async () => {
    const { cards } = await cardsOf(
      [{ id: 'card', title: 'C', selectionBehavior: 'all-or-none', action: [rule('R1', 'true', many(7))] }],
      activities(7),
    );
    expect(cards[0]?.suggestions?.map(({ label, actions }) => [label, actions.length])).toEqual([['C', 7]]);
  });

  test('none while nothing is to be suggested, and none of what is not to be done', async () => {
    const against = activity('against', 'ServiceRequest', 'treatment', { doNotPerform: true });
    const action = [
      rule('R1', 'true', [
        item('i0', 'i0'),
        { id: 'n', title: 'No scan', definitionCanonical: canonical('ActivityDefinition', 'against') },
      ]),
    ];
    const { cards } = await cardsOf(
      [
        { id: 'a', title: 'A', extension: [suggestWhen('false')], action },
        { id: 'b', title: 'B', action },
      ],
      [...activities(1), against],
    );
    expect(cards[0]).not.toHaveProperty('suggestions');
    expect(cards[0]?.extension['org.ramus.trace'].items).toEqual(['i0']);
    expect(cards[1]?.suggestions).toHaveLength(1);
    expect(cards[1]?.detail).toContain('- **No scan**');
  });

  test('at most five a card and six cards, the rest behind a link; red flags are never cut', async () => {
    const card = (id: string) => ({ id, title: id, action: [rule('R', 'true', many(7, id))] });
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const redFlag = { id: 'card.redflag', title: 'Flag', definitionCanonical: canonical('PlanDefinition', 'flags') };
    const flags = plan('flags', [rule('R', 'true', many(8, 'z'))]);
    const { cards } = await cardsOf([redFlag, ...ids.map(card)], [flags, ...activities(8, 'z'), ...ids.flatMap((id) => activities(7, id))]);
    expect(cards.map(({ suggestions }) => suggestions?.length ?? 0)).toEqual([8, 5, 5, 5, 5, 5, 0, 0]);
    expect(cards[1]?.links).toEqual([
      { label: '2 more suggestions: toy', url: 'http://127.0.0.1:8080/fhir/PlanDefinition/toy', type: 'absolute' },
    ]);
    expect(cards[7]?.links?.[0]?.label).toContain('7 more suggestions');
    expect(cards[7]?.extension['org.ramus.trace'].items).toHaveLength(7);
  });

  test('a draft that cannot be made is told, and its bullet stays', async () => {
    const { cards, reported } = await cardsOf(
      [{ id: 'card', title: 'C', action: [rule('R1', 'true', [item('a', 'odd')])] }],
      [activity('odd', 'Appointment', 'education')],
    );
    expect(cards[0]).not.toHaveProperty('suggestions');
    expect(cards[0]?.detail).toContain('Item a');
    expect(reported.join()).toContain('Appointment');
  });
});

describe('what a safety pass finds', () => {
  test('stands in the trace where it belongs', async () => {
    const one = { system: 's', code: 'a', title: 'Item a' };
    const found = { item: one, rule: 'S1', severity: 'caution' as const, reason: 'Mind *this*' };
    const verdict: SafetyPass = (kept) => ({
      kept,
      withheld: [{ ...found, item: { ...one, code: 'x', title: 'X' }, rule: 'S2', severity: 'contraindicated' }],
      cautions: [found],
      exclusive: [{ rule: 'S3', items: [one, { ...one, code: 'b' }] }],
      missing: [{ rule: 'M1', reason: 'Unknown' }],
    });
    const cards_ = [
      { id: 'card.safety', title: 'Safety' },
      { id: 'card', title: 'C', action: [rule('R1', 'true', [item('a'), item('b')])] },
    ];
    const { cards } = await cardsOf(
      cards_.map((card) => (card.id === 'card.safety' ? { ...card, action: [rule('R4', 'false')] } : card)),
      [],
      {},
      verdict,
    );
    expect(cards.map((card) => card.extension['org.ramus.trace'])).toEqual([
      {
        plan: canonical('PlanDefinition', 'toy'),
        action: 'card.safety',
        withheld: [{ item: 'x', rule: 'S2', severity: 'contraindicated', reason: 'Mind *this*' }],
        missing: [{ rule: 'M1', reason: 'Unknown' }],
      },
      {
        plan: canonical('PlanDefinition', 'toy'),
        action: 'card',
        items: ['a', 'b'],
        cautions: [{ item: 'a', rule: 'S1', severity: 'caution', reason: 'Mind *this*' }],
        exclusive: [{ rule: 'S3', items: ['a', 'b'] }],
      },
    ]);
    expect(cards[0]?.detail).toContain('- **Held back: X**: Mind \\*this\\*');
    expect(cards[1]?.detail).toContain('- **Care with Item a**: Mind \\*this\\*');
  });
});

describe('text of cards', () => {
  test('names from a chart stay text', async () => {
    const medicine = { resourceType: 'MedicationRequest', id: 'm', status: 'active', subject: { reference: 'Patient/p' } };
    const text = '<img src=x onerror=alert(1)> [click](javascript:alert(1)) `x` **b**\n# head';
    const { cds } = services();
    const prefetch = { ...request('1').prefetch, medications: bundle({ ...medicine, medicationCodeableConcept: { text } }) };
    const answer = await cds.call('toy', request('1', { prefetch }), NOW);
    expect(faultsOf(answer)).toEqual([]);
    expect(answer.cards[0]?.detail).toContain(
      '&lt;img src=x onerror=alert(1)> \\[click\\](javascript:alert(1)) \\`x\\` \\*\\*b\\*\\* # head',
    );
  });

  test.each([
    ['a _b_ c_d', 'a \\_b\\_ c_d'],
    ['# head', '\\# head'],
    ['- item', '\\- item'],
    ['1. item', '1\\. item'],
    ['AT&T <b>', 'AT&amp;T &lt;b>'],
    ['eGFR 10 mL/min/{1.73_m2}', 'eGFR 10 mL/min/{1.73_m2}'],
  ])('plain text %s', (text, escaped) => {
    expect(escapeMarkdown(text)).toBe(escaped);
  });

  test('a name of the chart is made no link, shows all its signs and is of a bounded length', () => {
    expect(escapeName('see https://evil.example/a, www.evil.example, a@evil.example')).not.toMatch(/:\/\/|www\.|@e/);
    expect(escapeName('a\u202Eb\u0000c\u200Bd\ne')).toBe('abcd e');
    expect([...escapeName('x'.repeat(5000))]).toHaveLength(160);
    expect(escapeName('Aspirin 100 mg')).toBe('Aspirin 100 mg');
  });

  test('an author may use markup, no HTML, and links to the web only', () => {
    expect(safeMarkdown('**b** <script>x</script> [a](https://a.example) [b](javascript:x)\n[c]: javascript:x')).toBe(
      '**b** &lt;script>x&lt;/script> [a](https://a.example) [b\\](javascript:x)\n[c]\\: javascript:x',
    );
  });

  test.each(['> [a]: javascript:x', '- [a]: javascript:x', '[a\\]b]: javascript:x', '[a\nb]: javascript:x'])(
    'nor is %j a definition',
    (text) => {
      expect(safeMarkdown(text)).toBe(text.replace(']: ', ']\\: '));
    },
  );

  test('a long title is cut at a word', () => {
    const summary = summaryOf(`${'word '.repeat(40)}end`);
    expect([...summary].length).toBeLessThanOrEqual(139);
    expect(summary).toMatch(/word…$/);
    expect(summaryOf('x'.repeat(200))).toBe(`${'x'.repeat(138)}…`);
    expect(summaryOf('x'.repeat(139))).toBe('x'.repeat(139));
    expect(summaryOf('a\n b')).toBe('a b');
  });
});
