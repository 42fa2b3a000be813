/**
 * The logic of plans: the named expressions of their Libraries and the value sets that these name, checked and compiled when the
 * plan is indexed, never in a call (https://hl7.org/fhir/R4/library.html, http://hl7.org/fhirpath/N1/).
 */
import { parseCanonical } from '../fhir/canonical.ts';
import type { Definitions } from '../fhir/definitions.ts';
import { FhirError } from '../fhir/error.ts';
import type { Library, ValueSet } from '../fhir/types.ts';
import type { Compiled } from '../fhirpath/expression.ts';
import { createChecker } from './check-names.ts';
import { type CodeSet, codeSet } from './code-sets.ts';
import { extensionsOf, NAMED_EXPRESSION } from './extensions.ts';

export interface Logic {
  /** The named expressions that checked expressions reach, compiled. */
  readonly named: ReadonlyMap<string, Compiled>;
  /** Value sets by name. */
  readonly sets: ReadonlyMap<string, CodeSet>;
  /** Resources that this logic was made of. */
  readonly sources: readonly (Library | ValueSet)[];
  /** Canonicals that nothing here has. */
  readonly unresolved: readonly string[];
  /** Some canonical names no version, so that a newer resource may take its place. */
  readonly unversioned: boolean;
  /**
   * An expression of a plan, checked and compiled with all that it uses. `extra`: names allowed besides variables and logic.
   * @throws FhirError `unprocessable` naming the expression and what is wrong with it or with what it uses
   */
  expression(text: string, extra?: readonly string[]): Compiled;
}

export async function loadLogic(canonicals: readonly string[], definitions: Definitions): Promise<Logic> {
  const libraries = await Promise.all(canonicals.map((canonical) => definitions.resolve<Library>(canonical, 'Library')));
  const found = libraries.filter((library) => library !== undefined);
  const wanted = found.flatMap(valueSetsOf);
  const resolved = await Promise.all(wanted.map((canonical) => definitions.resolve<ValueSet>(canonical, 'ValueSet')));
  const valueSets = resolved.filter((valueSet) => valueSet !== undefined);
  const unresolved = [...canonicals.filter((_, i) => !libraries[i]), ...wanted.filter((_, i) => !resolved[i])];
  const unversioned = [...canonicals, ...wanted].some((canonical) => !parseCanonical(canonical).version);
  const { sets, broken } = await codeSets(valueSets, definitions);
  const { named, expression } = createChecker({ expressions: found.flatMap(namedExpressions), sets, broken, unresolved });
  return { named, sets, sources: [...found, ...valueSets], unresolved, unversioned, expression };
}

function valueSetsOf(library: Library): readonly string[] {
  const dependencies = (library.relatedArtifact ?? []).filter(({ type }) => type === 'depends-on');
  return dependencies.flatMap(({ resource }) => (resource?.includes('/ValueSet/') ? [resource] : []));
}

function namedExpressions(library: Library): { name: string; text: string }[] {
  return extensionsOf(library, NAMED_EXPRESSION).flatMap(({ valueExpression }) =>
    valueExpression?.name && valueExpression.expression ? [{ name: valueExpression.name, text: valueExpression.expression }] : [],
  );
}

/** Sets by name, and what is wrong with those that cannot be used, as the end of a sentence. */
async function codeSets(valueSets: readonly ValueSet[], definitions: Definitions) {
  const sets = new Map<string, CodeSet>();
  const broken = new Map<string, string>();
  for (const valueSet of valueSets) {
    const name = valueSet.name ?? '';
    if (sets.has(name)) broken.set(name, 'two value sets have this name');
    try {
      sets.set(name, await codeSet(valueSet, definitions));
    } catch (error) {
      if (!(error instanceof FhirError)) throw error;
      broken.set(name, error.message.replace(/\.$/, '').replace(/^The/, 'the'));
    }
  }
  return { sets, broken };
}
