import type { Compiled } from '../fhirpath/expression.ts';
import type { Logic } from './logic.ts';
import type { Action, Plan } from './plan.ts';

const STRING = /'([^']*)'/g;

/**
 * The strings in expressions that an unanswered question must not satisfy, with all that these use: conditions of safety plans, and
 * what asks whether all data could be read. Any other condition opens something, and a question left open opens nothing. Where
 * neither is there, those of all expressions.
 */
export function closingTexts(plan: Plan): ReadonlySet<string> {
  const plans = plansOf(plan);
  const all = [...plans].flatMap((each) => [
    ...expressionsOf(each).map((expression) => ({ expression, logic: each.logic, isClosing: each.isSafety })),
    ...[...each.logic.named.values()].map((expression) => ({ expression, logic: each.logic, isClosing: false })),
  ]);
  const closing = all.filter(({ expression, isClosing }) => isClosing || expression.variables.has('unavailable'));
  const texts = new Set<string>();
  const seen = new Set<Compiled>();
  for (const { expression, logic } of closing.length > 0 ? closing : all) collect(expression, logic, seen, texts);
  return texts;
}

function collect(expression: Compiled, logic: Logic, seen: Set<Compiled>, texts: Set<string>): void {
  if (seen.has(expression)) return;
  seen.add(expression);
  for (const [, text = ''] of expression.text.matchAll(STRING)) texts.add(text);
  for (const name of expression.variables) {
    const used = logic.named.get(name);
    if (used) collect(used, logic, seen, texts);
  }
}

function plansOf(plan: Plan, found = new Set<Plan>()): ReadonlySet<Plan> {
  found.add(plan);
  const visit = ({ nested, children }: Action): void => {
    if (nested) plansOf(nested, found);
    children.forEach(visit);
  };
  plan.actions.forEach(visit);
  return found;
}

function expressionsOf({ actions }: Plan): readonly Compiled[] {
  const of = ({ conditions, suggestWhen, children }: Action): readonly Compiled[] => [
    ...conditions,
    ...(suggestWhen ? [suggestWhen] : []),
    ...children.flatMap(of),
  ];
  return actions.flatMap(of);
}
