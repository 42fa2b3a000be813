import { issue } from '../fhir/outcome.ts';
import type { OperationOutcomeIssue } from '../fhir/types.ts';

/** Faults against base R4; the code ranks them (see Validator). */
export type BaseCode = 'structure' | 'value' | 'required' | 'invariant';

export type Json = Readonly<Record<string, unknown>>;

/** A code, or those of a CodeableConcept, of which one must come from a value set. */
export interface BoundCodes {
  readonly expression: string;
  readonly valueSet: string;
  readonly codes: readonly { readonly system?: string; readonly code: string }[];
  /** Words for the reader: R4's short definition of the element. */
  readonly short: string;
}

/** What a walk over a resource found: faults at once, and what can be judged only afterwards. */
export interface Findings {
  readonly issues: OperationOutcomeIssue[];
  readonly bound: BoundCodes[];
  /** Types of all resources met, contained ones and entries included. */
  readonly types: Set<string>;
}

/** More faults than anybody reads; the walk ends there. */
const MOST = 100;

export function newFindings(): Findings {
  return { issues: [], bound: [], types: new Set() };
}

export function isFull({ issues }: Findings): boolean {
  return issues.length >= MOST;
}

export function report(findings: Findings, code: BaseCode, expression: string, sentence: string): undefined {
  if (!isFull(findings)) findings.issues.push(issue('error', code, sentence, expression));
}

/** A name from a body, fit to be shown: short, and of harmless characters. */
export function shown(name: string): string {
  return `"${name.slice(0, 60).replace(/[^\w.\-[\]$]/g, '?')}"`;
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
