import type { Definitions } from '../fhir/definitions.ts';
import { issue } from '../fhir/outcome.ts';
import type { OperationOutcomeIssue, StructureDefinition } from '../fhir/types.ts';
import type { Terminology } from '../terminology/terminology.ts';
import { checkBindings } from './bindings.ts';
import { type Findings, isObject, type Json, newFindings } from './findings.ts';
import { createInvariants } from './invariants.ts';
import { createSnapshots } from './profile-snapshots.ts';
import { askedProfiles, checkProfile } from './profiles.ts';
import { createShapes } from './shape.ts';
import type { Validator } from './validator.ts';
import { worstFirst } from './verdict.ts';
import { walkResource } from './walk.ts';

export interface ValidatorDeps {
  /** R4's own definitions by type name or url; what is stored never replaces them. */
  readonly structure: (typeOrUrl: string) => StructureDefinition | undefined;
  /** Where profiles are found. */
  readonly definitions: Definitions;
  readonly terminology: Terminology;
}

export function createValidator({ structure, definitions, terminology }: ValidatorDeps): Validator {
  const shapes = createShapes(structure);
  const invariants = createInvariants(structure);
  const snapshots = createSnapshots({ definitions, structure });

  async function judge(resource: Json, root: string, findings: Findings, profiles: readonly string[]): Promise<OperationOutcomeIssue[]> {
    const isSound = findings.issues.every(({ code }) => code !== 'structure');
    const remarks = isSound ? invariants.remarks(resource, findings.types) : [];
    const base = (remarks ?? []).flatMap(({ expression, text, key }) => {
      const sentence = `${expression} breaks the rule ${key} of R4: ${text.replace(/\.$/, '')}; correct it.`;
      return key ? [issue('error', 'invariant', sentence, expression)] : [];
    });
    if (!remarks) base.push(issue('information', 'incomplete', 'The invariants of R4 could not be checked on this resource.', root));
    if (!isSound) return base;
    const asked = askedProfiles(resource, root, profiles);
    const held = asked.map((each) =>
      checkProfile(resource, each, { types: findings.types, base: remarks ?? [] }, { definitions, invariants, snapshots, structure }),
    );
    return [...base, ...(await Promise.all(held)).flat()];
  }

  return {
    validate: async (resource, { profiles = [] } = {}) => {
      const findings = newFindings();
      const root = isObject(resource) && typeof resource.resourceType === 'string' && shapes(resource.resourceType)?.name;
      walkResource(resource, root || 'Resource', shapes, findings);
      if (!root || !isObject(resource)) return findings.issues;
      const bound = await checkBindings(findings.bound, terminology);
      return worstFirst([...findings.issues, ...bound, ...(await judge(resource, root, findings, profiles)), ...shortened(resource, root)]);
    },
  };
}

/** A body that was read with `_summary` or `_elements` has lost elements (https://hl7.org/fhir/R4/search.html#summary). */
function shortened(resource: Json, root: string): readonly OperationOutcomeIssue[] {
  const { tag } = (isObject(resource.meta) ? resource.meta : {}) as { tag?: unknown };
  const index = (Array.isArray(tag) ? tag : []).findIndex(
    (each: unknown) => isObject(each) && each.code === 'SUBSETTED' && /v3[-/]ObservationValue$/.test(String(each.system)),
  );
  if (index < 0) return [];
  const place = `${root}.meta.tag[${index}]`;
  return [
    issue('error', 'business-rule', `${place} says that this is only a part of a resource; send the whole, without that tag.`, place),
  ];
}
