import { FhirError } from '../fhir/error.ts';
import { compile, evaluate } from '../fhirpath/expression.ts';
import { isKindOf } from '../fhirpath/model.ts';
import { plain, typeOfKept } from '../fhirpath/values.ts';
import { type Found, hasValue, type Members } from './found.ts';
import { alternatives, parsePath } from './path-parser.ts';
import { type Track, tracksOf, walk } from './walker.ts';

/** A search expression made ready for one resource type, or for the elements of a composite. */
export interface Extractor {
  /** The part of the expression that speaks of this type; undefined where none does. */
  readonly expression: string;
  /** Types and paths of the elements that it can find, as far as they are known without a resource. */
  readonly elements: readonly { readonly type: string; readonly path: string }[];
  /** What it finds that has a value, in order. */
  readonly extract: (start: Members, root: Members) => readonly Found[];
}

/**
 * @param parent - a resource type, or the path or type of an element
 * @param name - of the search parameter, for the message
 * @throws FhirError `invalid` for an expression that is not understood
 */
export function createExtractor(expression: string, parent: string, name: string): Extractor {
  const parts = alternatives(expression).flatMap((part) => prepare(part, parent, name));
  return {
    expression: parts.map(({ text }) => text).join(' | '),
    elements: parts.flatMap(({ elements }) => elements),
    extract: (start, root) => parts.flatMap(({ extract }) => extract(start, root)).filter(({ value }) => hasValue(value)),
  };
}

interface Part extends Omit<Extractor, 'expression'> {
  readonly text: string;
}

function prepare(text: string, parent: string, name: string): readonly Part[] {
  const owner = /^\(*([A-Z]\w*)/.exec(text)?.[1];
  if (owner && !isKindOf(parent, owner)) return [];
  const steps = parsePath(text);
  if (!steps) return [evaluated(text, name)];
  const tracks = tracksOf(parent, owner ? steps.slice(1) : steps);
  return tracks.length > 0 ? [walked(text, tracks)] : [];
}

function walked(text: string, tracks: readonly Track[]): Part {
  return {
    text,
    elements: tracks.map(({ type, path }) => ({ type, path })),
    extract: (start, root) => tracks.flatMap((track) => walk(track, start, root)),
  };
}

/** For what the plain walks do not know. `as` of R4's expressions means `ofType`: it throws on several values. */
function evaluated(text: string, name: string): Part {
  const compiled = compile(text.replace(/\bas\(/g, 'ofType(').replace(/\(([^()]*) as (\w+)\)/g, '($1.ofType($2))'));
  if (compiled.functions.has('resolve')) {
    throw new FhirError(
      'invalid',
      `The expression of the search parameter "${name}" follows references; write "where(resolve() is Type)" at most.`,
    );
  }
  return { text, elements: [], extract: (start, root) => found(compiled, start, root) };
}

function found(compiled: ReturnType<typeof compile>, start: Members, root: Members): readonly Found[] {
  try {
    const kept = evaluate(compiled, start, { environment: { resource: root }, keepTypes: true });
    return kept.flatMap((value) => {
      const type = typeOfKept(value);
      return type ? [{ type, path: '', value: plain(value) }] : [];
    });
  } catch {
    // a resource that the expression does not fit has no value for it
    return [];
  }
}
