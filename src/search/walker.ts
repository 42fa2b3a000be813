/** Plain walks through a resource for simple expressions: no engine, types known before any resource is seen. */
import { parseReference } from '../fhir/reference.ts';
import { below, type Element, elementsOf, isKindOf } from '../fhirpath/model.ts';
import { type Found, isMembers, type Members, membersOf } from './found.ts';
import type { Step } from './path-parser.ts';

/** One way through the properties of a resource to elements of one type; a choice gives several. */
export interface Track {
  readonly type: string;
  readonly path: string;
  readonly moves: readonly Move[];
}

type Move =
  | { readonly kind: 'property'; readonly name: string }
  | { readonly kind: 'nth'; readonly name: string; readonly index: number }
  | { readonly kind: 'filter'; readonly test: (value: unknown, root: Members) => boolean };

/**
 * The tracks of steps that begin at a type (`PlanDefinition`) or an element (`UsageContext`); empty where R4 has no such elements.
 */
export function tracksOf(parent: string, steps: readonly Step[]): readonly Track[] {
  let tracks: readonly Open[] = [{ below: parent, type: parent, path: parent, moves: [] }];
  for (const step of steps) tracks = tracks.flatMap((track) => follow(track, step));
  return tracks.map(({ type, path, moves }) => ({ type, path, moves }));
}

/** All that a track finds in a resource, in order. `root` is the resource that contained ones are looked up in. */
export function walk({ moves, type, path }: Track, start: Members, root: Members): readonly Found[] {
  const found: Found[] = [];
  visit(start, 0);
  return found;

  function visit(value: unknown, at: number): void {
    if (value === null || value === undefined) return;
    const move = moves[at];
    if (!move) found.push({ type, path, value });
    else if (move.kind === 'filter') {
      if (move.test(value, root)) visit(value, at + 1);
    } else if (isMembers(value)) enter(value[move.name], move, at);
  }

  function enter(child: unknown, move: Exclude<Move, { kind: 'filter' }>, at: number): void {
    if (!Array.isArray(child)) visit(child, at + 1);
    else if (move.kind === 'nth') visit(child[move.index], at + 1);
    else for (const each of child) visit(each, at + 1);
  }
}

interface Open extends Track {
  readonly below: string;
}

function follow(track: Open, step: Step): readonly Open[] {
  switch (step.kind) {
    case 'member':
      return elementsOf(track.below, step.name).map((element) => into(track, element));
    case 'index':
      return [{ ...track, moves: track.moves.map((move, i) => (i === track.moves.length - 1 ? nth(move, step.index) : move)) }];
    case 'type':
      return isKindOf(track.type, primitiveName(step.type)) ? [track] : [];
    case 'equals':
      return [{ ...track, moves: [...track.moves, { kind: 'filter', test: (value) => membersOf(value)[step.name] === step.literal }] }];
    case 'resolves':
      return [{ ...track, moves: [...track.moves, { kind: 'filter', test: (value, root) => leadsTo(value, step.type, root) }] }];
  }
}

function into({ moves }: Open, element: Element): Open {
  return { type: element.type, path: element.path, below: below(element), moves: [...moves, { kind: 'property', name: element.property }] };
}

function nth(move: Move, index: number): Move {
  return move.kind === 'property' ? { kind: 'nth', name: move.name, index } : move;
}

/** R4's own expressions write `DateTime` once. */
function primitiveName(type: string): string {
  return type === 'DateTime' ? 'dateTime' : type;
}

/** Whether a Reference or canonical names a resource of a type: by its `type`, its address, or what it contains. */
function leadsTo(value: unknown, type: string, root: Members): boolean {
  const { reference = value, type: stated } = membersOf(value);
  if (typeof reference !== 'string') return stated === type;
  if (!reference.startsWith('#')) return (parseReference(reference)?.type ?? stated) === type;
  const contained = Array.isArray(root.contained) ? root.contained.map(membersOf) : [];
  return contained.some((each) => `#${each.id}` === reference && each.resourceType === type);
}
