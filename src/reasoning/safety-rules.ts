import type { PlanDefinitionAction, Quantity } from '../fhir/types.ts';
import { extensionsOf, SAFETY_RULE } from './extensions.ts';

export type Severity = 'contraindicated' | 'caution' | 'dose-cap' | 'at-most-one';

/** What an action of a safety plan does while its conditions hold. */
export interface SafetyRule {
  readonly severity: Severity;
  /** Canonicals of the definitions that it acts on. */
  readonly affects: readonly string[];
  /** Highest amount a day, in UCUM; with dose-cap. */
  readonly maxPerDay?: Quantity;
  /** With at-most-one. */
  readonly group?: string;
  /** The words of the rule set the dose. */
  readonly doseInWords: boolean;
}

const SEVERITIES: readonly string[] = ['contraindicated', 'caution', 'dose-cap', 'at-most-one'] satisfies Severity[];

/** The rules of an action; what cannot be read as one is a fault. */
export function safetyRules(action: PlanDefinitionAction): { rules: readonly SafetyRule[]; faults: readonly string[] } {
  const rules = extensionsOf(action, SAFETY_RULE).map(({ extension = [] }) => {
    const part = (url: string) => extension.find((each) => each.url === url);
    const maxPerDay = part('maxPerDay')?.valueQuantity;
    const group = part('group')?.valueCode;
    return {
      severity: part('severity')?.valueCode as Severity,
      affects: extension.flatMap(({ url, valueCanonical }) => (url === 'affects' && valueCanonical ? [valueCanonical] : [])),
      ...(maxPerDay && { maxPerDay }),
      ...(group && { group }),
      doseInWords: part('doseInWords')?.valueBoolean === true,
    };
  });
  const unread = rules.filter(({ severity, affects }) => !SEVERITIES.includes(severity) || affects.length === 0);
  return { rules, faults: unread.map(() => `The safety rule ${action.id} has no severity that is known here, or affects nothing.`) };
}
