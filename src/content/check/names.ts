/** Names that a logic library gives to expressions and value sets (`%Name`); one namespace. */
import type { Extension, Library } from '../../fhir/types.ts';
import { compile } from '../../fhirpath/expression.ts';
import type { ContentFile } from '../read.ts';

export interface Names {
  /** Name to the expression that it stands for; undefined: a value set. */
  readonly defined: ReadonlyMap<string, string | undefined>;
  readonly faults: readonly string[];
}

const NAMED_EXPRESSION = /\/StructureDefinition\/named-expression$/;

/** The names of a library; faults: a name defined twice, a definition that leads back to itself. */
export function libraryNames(library: Library, files: readonly ContentFile[]): Names {
  const all = [...namedExpressions(library), ...valueSetNames(library, files)];
  const doubled = all.filter(([name], i) => all.findIndex(([other]) => other === name) !== i);
  const defined = new Map(all);
  return {
    defined,
    faults: [
      ...doubled.map(([name]) => `the name %${name} is defined twice`),
      ...[...defined.keys()].flatMap((name) => {
        const cycle = cycleFrom(name, defined);
        return cycle ? [`%${name} is defined by itself: ${cycle.map((each) => `%${each}`).join(' → ')}`] : [];
      }),
    ],
  };
}

function namedExpressions({ extension = [] }: Library): [string, string][] {
  const named = extension.filter(({ url }: Extension) => NAMED_EXPRESSION.test(url));
  return named.map(({ valueExpression: { name = '', expression = '' } = { language: 'text/fhirpath' } }) => [name, expression]);
}

function valueSetNames({ relatedArtifact = [] }: Library, files: readonly ContentFile[]): [string, undefined][] {
  const linked = new Set(relatedArtifact.flatMap(({ type, resource }) => (type === 'depends-on' && resource ? [resource] : [])));
  return files.flatMap(({ resource }) => {
    if (resource.resourceType !== 'ValueSet' || !resource.name) return [];
    const { url, version, name } = resource;
    return linked.has(`${url}|${version}`) || linked.has(`${url}`) ? [[name, undefined]] : [];
  });
}

/** The way from a name back to itself, if its definition leads there. */
function cycleFrom(start: string, defined: Names['defined'], way: readonly string[] = [start]): readonly string[] | undefined {
  for (const next of variablesOf(defined.get(way.at(-1) ?? start))) {
    if (next === start) return [...way, start];
    if (way.includes(next) || !defined.has(next)) continue;
    const cycle = cycleFrom(start, defined, [...way, next]);
    if (cycle) return cycle;
  }
  return undefined;
}

/** Names of environment variables; none where the expression does not compile, which is told elsewhere. */
function variablesOf(expression: string | undefined): ReadonlySet<string> {
  try {
    return expression ? compile(expression).variables : new Set();
  } catch {
    return new Set();
  }
}
