/** Invariants, fixed values and slices by @medplum/core, whose answers are read critically here. */
import { loadDataType, OperationOutcomeError, validateResource } from '@medplum/core';
import type { OperationOutcomeIssue, StructureDefinition } from '../fhir/types.ts';
import type { Json } from './findings.ts';
import { isPrimitive } from './primitive.ts';
import { keepsRule } from './second-opinion.ts';
import type { Structures } from './shape.ts';

/** What is said against a resource: a rule that it breaks, or another fault. */
export interface Remark {
  readonly expression: string;
  readonly text: string;
  /** Key of the invariant that is broken. */
  readonly key?: string;
  /** An error where it is absent. */
  readonly severity?: 'error' | 'warning';
}

export interface Invariants {
  /**
   * Remarks on a resource, of R4 itself or of a profile with a snapshot. The resource's structure must be sound.
   * Undefined where the profile has parts that cannot be judged.
   * @param types of all resources inside
   */
  remarks(resource: Json, types: ReadonlySet<string>, profile?: StructureDefinition): readonly Remark[] | undefined;
}

/** Judged elsewhere in this room. */
const elsewhere: ReadonlySet<string> = new Set(['ele-1', 'ext-1', 'ref-1', 'dom-3', 'per-1', 'que-2', 'que-12', 'csd-1', 'txt-1', 'txt-2']);

/** The library keeps the definitions that it was given for the whole process; they are those of R4 and never change. */
export function createInvariants(structures: Structures): Invariants {
  const given = new Set<string>();
  const give = (typeOrUrl: string): void => {
    const definition = given.has(typeOrUrl) ? undefined : structures(typeOrUrl);
    given.add(typeOrUrl);
    if (!definition) return;
    loadDataType(definition as Parameters<typeof loadDataType>[0]);
    for (const { type } of definition.snapshot?.element ?? []) {
      for (const { code, profile } of type ?? []) if (!isPrimitive(code)) [code, ...(profile ?? [])].forEach(give);
    }
  };
  return {
    remarks: (resource, types, profile) => {
      for (const type of types) give(type);
      const issues = judge(resource, profile);
      return issues && readRemarks(resource, issues);
    },
  };
}

function judge(resource: Json, profile: StructureDefinition | undefined): readonly OperationOutcomeIssue[] | undefined {
  type Judged = Parameters<typeof validateResource>;
  try {
    validateResource(resource as unknown as Judged[0], profile ? ({ profile } as Judged[1]) : {});
    return [];
  } catch (error) {
    return error instanceof OperationOutcomeError ? (error.outcome.issue as OperationOutcomeIssue[]) : undefined;
  }
}

function readRemarks(resource: Json, issues: readonly OperationOutcomeIssue[]): readonly Remark[] {
  const unsure = new Set(issues.filter(({ code }) => code === 'processing').map(idOf));
  return issues.flatMap((each) => {
    if (each.severity !== 'error' || each.code === 'processing') return [];
    const expression = (each.expression?.[0] ?? '').replaceAll('[x]', '');
    const text = each.details?.text ?? '';
    if (each.code !== 'invariant') return [{ expression, text }];
    const [, key = '', words = ''] = /^Constraint (\S+) not met: ([\s\S]*)$/.exec(text) ?? [];
    if (elsewhere.has(key)) return [];
    const keeps = keepsRule(resource, expression, ruleOf(each)) ?? unsure.has(idOf(each));
    return keeps ? [] : [{ expression, text: words, key }];
  });
}

function ruleOf({ diagnostics = '{}' }: OperationOutcomeIssue): string {
  const { fhirpath } = JSON.parse(diagnostics) as { fhirpath?: string };
  return fhirpath ?? '';
}

function idOf(issue: OperationOutcomeIssue): string {
  return `${issue.expression?.[0]} ${ruleOf(issue)}`;
}
