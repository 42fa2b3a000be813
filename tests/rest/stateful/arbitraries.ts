/** What fast-check draws commands from. */
import fc from 'fast-check';
import { batch, type Drawn, history, search, single, transaction, vread } from './commands.ts';
import { type ModelPatch, patches } from './patches.ts';
import { type Bound, type Resource, type State, TYPES, type Type, versionsOf } from './state.ts';
import { meant, pick, type Target } from './step.ts';

const type = fc.constantFrom(...TYPES);
const number = fc.nat(30);
const identifier = fc.constantFrom('1', '2', '3');
type DrawnBound = 'current' | 'other' | '*' | 'none' | undefined;
const bound: fc.Arbitrary<DrawnBound> = fc.constantFrom(undefined, undefined, undefined, 'current', 'other', '*');

function boundOf(state: State, target: Target, drawn: DrawnBound): Bound {
  const [name = ''] = meant(state, target);
  const versionId = Math.max(versionsOf(state, name).length, 1);
  return drawn === 'current' ? versionId : drawn === 'other' ? versionId + 7 : drawn;
}

const body = (values: fc.Arbitrary<readonly string[]> = fc.uniqueArray(identifier, { maxLength: 2 })) =>
  fc
    .record({ values, active: fc.option(fc.boolean()), gender: fc.option(fc.constantFrom('male', 'female')) })
    .map(({ values: given, active, gender }) => ({
      ...(given.length > 0 && { identifier: given.map((value) => ({ system: 's', value })) }),
      ...(active !== null && { active }),
      ...(gender !== null && { gender }),
    }));

const resource = (of: Type, members: object, id?: string): Resource => ({ resourceType: of, ...(id !== undefined && { id }), ...members });

interface DrawnStep {
  readonly label: string;
  readonly step: Drawn;
}
const labelled = <T>(of: fc.Arbitrary<T>, kind: string, make: (drawn: T) => Drawn): fc.Arbitrary<DrawnStep> =>
  of.map((drawn) => ({ label: `${kind} ${fc.stringify(drawn)}`, step: make(drawn) }));

/** A resource that is known, or one of a few ids. */
const id = fc.oneof({ weight: 3, arbitrary: number }, { weight: 2, arbitrary: fc.constantFrom('a', 'b', 'c', 'd') });
const idOf = (state: State, of: Type, drawn: number | string) => (typeof drawn === 'number' ? pick(state, of, drawn) : drawn);

const create = labelled(fc.record({ type, members: body() }), 'create', (drawn) => () => ({
  ...{ kind: 'create', type: drawn.type },
  body: resource(drawn.type, drawn.members, 'theirs'),
}));
const createOnce = labelled(fc.record({ type, value: identifier, active: fc.boolean() }), 'create once', (drawn) => () => ({
  ...{ kind: 'create', type: drawn.type, ifNoneExist: drawn.value },
  body: resource(drawn.type, { identifier: [{ system: 's', value: drawn.value }], active: drawn.active }),
}));
const update = labelled(
  fc.record({ type, id, members: body(), bound: fc.oneof(bound, fc.constant<DrawnBound>('none')) }),
  'update',
  (drawn) => (state) => {
    const target = { type: drawn.type, id: idOf(state, drawn.type, drawn.id) };
    const bound = boundOf(state, target, drawn.bound);
    return { kind: 'update', target, bound, body: resource(drawn.type, drawn.members, target.id) };
  },
);
const updateFound = labelled(
  fc.record({ type, value: identifier, members: body(), own: fc.option(id, { freq: 3 }), bound }),
  'update found',
  (drawn) => (state) => {
    const target = { type: drawn.type, identifier: drawn.value };
    const own = drawn.own === null ? undefined : idOf(state, drawn.type, drawn.own);
    return { kind: 'update', target, bound: boundOf(state, target, drawn.bound), body: resource(drawn.type, drawn.members, own) };
  },
);
interface DrawnTarget {
  readonly type: Type;
  /** Absent where an identifier is asked for. */
  readonly id?: number | string;
  readonly value?: string;
}
const target = (found: boolean): fc.Arbitrary<DrawnTarget> => (found ? fc.record({ type, value: identifier }) : fc.record({ type, id }));
const targetOf = (state: State, { type: of, id: drawn, value = '' }: DrawnTarget): Target =>
  drawn === undefined ? { type: of, identifier: value } : { type: of, id: idOf(state, of, drawn) };

const patch = (found: boolean) =>
  labelled(fc.record({ target: target(found), patch: fc.constantFrom(...patches.keys()), bound }), 'patch', (drawn) => (state) => {
    const meantBy = targetOf(state, drawn.target);
    return { kind: 'patch', target: meantBy, bound: boundOf(state, meantBy, drawn.bound), patch: patches[drawn.patch] as ModelPatch };
  });
const remove = (found: boolean) =>
  labelled(fc.record({ target: target(found), bound }), 'delete', (drawn) => (state) => {
    const meantBy = targetOf(state, drawn.target);
    return { kind: 'delete', target: meantBy, bound: boundOf(state, meantBy, drawn.bound) };
  });
const read = labelled(target(false), 'read', (drawn) => (state) => ({ kind: 'read', target: targetOf(state, drawn) }));

const alone = fc.oneof(create, update, patch(false), remove(false), read);
const anything = fc.oneof(create, createOnce, update, updateFound, patch(false), patch(true), remove(false), remove(true), read);
const bundleOf = (entries: fc.Arbitrary<DrawnStep>, make: typeof batch) =>
  fc.array(entries, { maxLength: 5 }).map((all) =>
    make(
      all.map(({ label }) => label).join('; '),
      all.map(({ step }) => step),
    ),
  );

export const commands = [
  ...[create, createOnce, update, updateFound, patch(false), patch(true), remove(false), remove(true), read].map((each) =>
    each.map(({ label, step }) => single(label, step)),
  ),
  bundleOf(anything, transaction),
  bundleOf(alone, batch),
  fc.tuple(type, number, fc.nat(8)).map((drawn) => vread(...drawn)),
  fc.tuple(type, number).map((drawn) => history(...drawn)),
  fc.option(type, { nil: undefined }).map((drawn) => history(drawn, undefined)),
  fc.tuple(type, identifier, fc.integer({ min: 1, max: 4 })).map((drawn) => search(...drawn)),
];
