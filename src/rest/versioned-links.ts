/** Chains over references that name a version (https://hl7.org/fhir/R4/references.html#literal): they go to the current one, and say so. */
import { issue } from '../fhir/outcome.ts';
import { localReference, parseReference } from '../fhir/reference.ts';
import type { OperationOutcomeIssue } from '../fhir/types.ts';
import type { ParameterRegistry } from '../search/parameters.ts';
import type { Condition } from '../search/query.ts';
import { references } from '../search/references.ts';
import type { Version } from '../storage/store.ts';

/** A warning for each parameter that a chain begins with, where a match refers by it to a version. */
export function versionedLinks(
  where: Condition,
  matches: readonly Version[],
  registry: ParameterRegistry,
  baseUrl: string,
): readonly OperationOutcomeIssue[] {
  const chained = [...new Set(chains(where))];
  if (chained.length === 0) return [];
  const resources = matches.flatMap(({ json }) => (json ? [JSON.parse(json.toString('utf8'))] : []));
  const isVersioned = (reference: string) => parseReference(localReference(reference, baseUrl))?.versionId !== undefined;
  const versioned = chained.filter((code) =>
    resources.some((resource) =>
      references(resource, registry, code).some(({ reference, canonical }) => !canonical && isVersioned(reference)),
    ),
  );
  return versioned.map((code) =>
    issue(
      'warning',
      'informational',
      `Some matches refer by "${code}" to a version; the chain looked at the current version of what they name.`,
    ),
  );
}

/** Parameters that chains begin with. */
function chains(condition: Condition): readonly string[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.conditions.flatMap(chains);
    case 'not':
      return chains(condition.condition);
    case 'refers':
      return [condition.parameter];
    default:
      return [];
  }
}
