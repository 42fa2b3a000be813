/** What a transaction or a batch should do, from the rules of R4 (https://hl7.org/fhir/R4/http.html#trules). */
import { append, copyOf, current, holds, identifiers, type State, versionsOf, withIdentifier } from './state.ts';
import { type Expected, expected, meant, type Step, withId } from './step.ts';

const ORDER = ['delete', 'create', 'update', 'read'];

/** Entries in the order in which they are carried out; creates with criteria see those without. */
export function inOrder(steps: readonly Step[]): readonly { readonly step: Step; readonly index: number }[] {
  const place = (step: Step) =>
    ORDER.indexOf(step.kind === 'patch' ? 'update' : step.kind) + (step.kind === 'create' && step.ifNoneExist !== undefined ? 0.5 : 0);
  return steps.map((step, index) => ({ step, index })).sort((a, b) => place(a.step) - place(b.step));
}

export type Outcome = { readonly refused: ReadonlySet<number> } | { readonly entries: readonly Expected[] };

/**
 * Every reason for which a transaction must fail, or what comes of each entry. Criteria of creates see what is stored without what
 * is deleted, and what is created; so do those of updates, which may not find what is created.
 */
export function transactionOutcome(state: State, steps: readonly Step[]): Outcome {
  const refused = new Set<number>();
  const entries: Expected[] = [];
  const seen = copyOf(state);
  const written: string[] = [];
  const creating: { readonly identifiers: readonly string[]; readonly type: string; readonly index: number }[] = [];
  for (const { step, index } of inOrder(steps)) {
    const outcome = step.kind === 'create' ? creation(step, index) : step.kind === 'read' ? reading(step) : expected(seen, step);
    entries[index] = outcome;
    if (outcome.status >= 400) refused.add(outcome.status);
    // an entry may have two faults, of which either may be told
    if (outcome.status >= 400 && 'bound' in step && !holds(step.bound, seen, meant(seen, step.target)[0])) refused.add(412);
    // a patch of what the Bundle deletes is refused in any case; that it does not fit what is stored may be told first
    const alone = step.kind === 'patch' && outcome.status >= 400 ? expected(state, step).status : 0;
    if (alone >= 400) refused.add(alone);
    if (step.kind === 'delete') {
      written.push(...meant(state, step.target));
      if (outcome.name !== undefined) append(seen, outcome.name, { method: 'DELETE' });
    }
    if (step.kind === 'update' || step.kind === 'patch')
      written.push(...('id' in step.target ? meant(seen, step.target) : [outcome.name ?? []].flat()));
    if (step.kind === 'update' && outcome.name === undefined && outcome.status < 400)
      written.push(`criteria ${JSON.stringify(step.target)}`);
    if ((step.kind === 'update' || step.kind === 'patch') && !('id' in step.target)) refuseCreated(step.target);
  }
  const overlaps = new Set(written).size < written.length;
  const shared = steps.some((each) => each.kind === 'update' && !('id' in each.target) && isMetByOther(each));
  if (overlaps || shared) for (const status of [400, 412]) refused.add(status); // whichever is found first
  return refused.size > 0 ? { refused } : { entries };

  function creation(step: Step & { kind: 'create' }, index: number): Expected {
    const same = creating.filter(({ type, identifiers: all }) => type === step.type && all.includes(step.ifNoneExist ?? ''));
    const stored = step.ifNoneExist === undefined ? [] : withIdentifier(seen, step.type, step.ifNoneExist);
    if (same.length + stored.length > 1) return { status: 412 };
    const [twin] = same;
    if (twin) return { status: 200, name: `entry ${twin.index}` };
    if (stored[0]) return { status: 200, name: stored[0] };
    creating.push({ identifiers: identifiers(step.body), type: step.type, index });
    return { status: 201, apply: (changed, name) => append(changed, name, { method: 'POST', resource: withId(step.body, name) }) };
  }

  /** A read answers from what is written; of what is deleted there is nothing to read. */
  function reading(step: Step & { kind: 'read' }): Expected {
    const [name = ''] = meant(state, step.target);
    const writes = steps.some((each) => (each.kind === 'update' || each.kind === 'patch') && entries[steps.indexOf(each)]?.name === name);
    if (writes) return { status: 200, name };
    if (versionsOf(seen, name).length === 0) return { status: 404 };
    return current(seen, name) ? { status: 200, name } : { status: 410 };
  }

  function refuseCreated(target: { readonly type: string; readonly identifier: string }): void {
    const found = creating.filter(({ type, identifiers: all }) => type === target.type && all.includes(target.identifier));
    if (found.length > 0) for (const status of [400, 412]) refused.add(status);
  }

  /** Another update writes what the criteria ask for. */
  function isMetByOther(step: Step & { kind: 'update' }): boolean {
    const { target } = step;
    return steps.some(
      (each) =>
        each !== step &&
        each.kind === 'update' &&
        each.target.type === target.type &&
        ('id' in each.target
          ? 'identifier' in target && identifiers(each.body).includes(target.identifier)
          : 'identifier' in target && each.target.identifier === target.identifier),
    );
  }
}
