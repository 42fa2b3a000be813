/** A resource against profiles (https://hl7.org/fhir/R4/profiling.html). */
import type { Definitions } from '../fhir/definitions.ts';
import { FhirError } from '../fhir/error.ts';
import { issue } from '../fhir/outcome.ts';
import type { OperationOutcomeIssue, StructureDefinition } from '../fhir/types.ts';
import type { Json } from './findings.ts';
import type { Invariants, Remark } from './invariants.ts';
import { brokenRules } from './profile-rules.ts';
import type { Snapshots } from './profile-snapshots.ts';
import type { Structures } from './shape.ts';

/** A profile that a resource is held against, and who asked for it. */
export interface AskedProfile {
  readonly canonical: string;
  /** Place where the resource claims it; absent = asked for by the caller. */
  readonly expression?: string;
}

export interface ProfileCheck {
  readonly definitions: Definitions;
  readonly invariants: Invariants;
  readonly snapshots: Snapshots;
  readonly structure: Structures;
}

/** The profiles of `meta.profile` and those given, each once. */
export function askedProfiles(resource: Json, expression: string, given: readonly string[]): readonly AskedProfile[] {
  const { profile } = (resource.meta ?? {}) as { profile?: unknown };
  const claimed = (Array.isArray(profile) ? profile : [])
    .map((canonical: unknown, index) => ({ canonical, expression: `${expression}.meta.profile[${index}]` }))
    .filter((each): each is { canonical: string; expression: string } => typeof each.canonical === 'string');
  const asked = [...given.map((canonical) => ({ canonical })), ...claimed];
  return asked.filter(({ canonical }, index) => asked.findIndex((each) => each.canonical === canonical) === index);
}

/** @param base remarks that R4 itself gives rise to; they are not the profile's */
export async function checkProfile(
  resource: Json,
  asked: AskedProfile,
  { types, base }: { types: ReadonlySet<string>; base: readonly Remark[] },
  { definitions, invariants, snapshots, structure }: ProfileCheck,
): Promise<readonly OperationOutcomeIssue[]> {
  const { canonical, expression } = asked;
  const profile = await definitions.resolve<StructureDefinition>(canonical, 'StructureDefinition');
  if (!profile) return [unknown(asked)];
  if (profile.derivation !== 'constraint' && [resource.resourceType, 'DomainResource', 'Resource'].includes(profile.type)) return [];
  if (profile.type !== resource.resourceType) {
    const sentence = `The profile ${canonical} is for ${profile.type}, not for ${String(resource.resourceType)}; take another profile.`;
    return [issue('error', 'business-rule', sentence, expression ?? String(resource.resourceType))];
  }
  const whole = await snapshots(profile).catch(reasonOf);
  if (typeof whole === 'string') return [unchecked(asked, whole)];
  const remarks = invariants.remarks(resource, types, whole.plain);
  const own = [...(remarks ?? []), ...brokenRules(resource, whole.whole, structure(profile.type))];
  const issues = own.filter((remark) => !base.some((each) => isSame(each, remark))).map((remark) => toIssue(remark, canonical));
  return remarks ? issues : [unchecked(asked, 'it has slices that are not understood here'), ...issues];
}

function reasonOf(error: unknown): string {
  if (error instanceof FhirError) return error.message;
  throw error;
}

function unknown({ canonical, expression }: AskedProfile): OperationOutcomeIssue {
  if (expression) {
    const sentence = `${expression} names the profile ${canonical}, which is not known here, so it was not checked; store it, or correct the url.`;
    return issue('warning', 'not-found', sentence, expression);
  }
  return issue('error', 'not-found', `The profile ${canonical} is not known here; store it, or correct the url.`);
}

function unchecked({ canonical, expression }: AskedProfile, reason: string): OperationOutcomeIssue {
  const severity = expression ? 'warning' : 'error'; // R4: who asks for a profile must hear that it was not used
  return issue(severity, 'not-supported', `The profile ${canonical} could not be checked: ${reason}.`, expression);
}

function toIssue({ expression, text, key, severity = 'error' }: Remark, profile: string): OperationOutcomeIssue {
  const fault = key ? `breaks the rule ${key}: ${text}` : text.charAt(0).toLowerCase() + text.slice(1);
  const sentence = `${expression} does not fit the profile ${profile}: ${fault.replace(/\.$/, '')}; correct it.`;
  return issue(severity, 'business-rule', sentence, expression);
}

function isSame(a: Remark, b: Remark): boolean {
  return a.expression === b.expression && a.text === b.text;
}
