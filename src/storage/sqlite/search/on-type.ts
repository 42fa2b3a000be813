import type { ResourceType } from '../../../fhir/types.ts';
import type { Condition } from '../../../search/query.ts';

/** The condition as it stands for rows of one type: what asks for the type is answered, and branches that cannot hold are gone. */
export function onType(condition: Condition, type: ResourceType): Condition {
  switch (condition.kind) {
    case 'type':
      return { kind: condition.types.includes(type) ? 'and' : 'or', conditions: [] };
    case 'not':
      return { kind: 'not', condition: onType(condition.condition, type) };
    case 'and':
    case 'or':
      return joined(
        condition.kind,
        condition.conditions.map((each) => onType(each, type)),
      );
    default:
      return condition;
  }
}

function joined(kind: 'and' | 'or', parts: readonly Condition[]): Condition {
  const other = kind === 'and' ? 'or' : 'and';
  const decisive = parts.find((each) => each.kind === other && each.conditions.length === 0);
  if (decisive) return decisive;
  const conditions = parts.filter((each) => each.kind !== kind || each.conditions.length > 0);
  const [only] = conditions;
  return only && conditions.length === 1 ? only : { kind, conditions };
}
