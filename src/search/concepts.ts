import type { Condition } from './query.ts';

export type ConceptsCondition = Extract<Condition, { kind: 'concepts' }>;

/**
 * The same condition with every `concepts` node replaced by what `resolve` makes of it: keys (`tokenKeys`) of the codes that
 * terminology knows. Nodes are resolved one after the other, equal ones once.
 */
export async function replaceConcepts(condition: Condition, resolve: (node: ConceptsCondition) => Promise<Condition>): Promise<Condition> {
  const made = new Map<string, Condition>();
  const replace = async (each: Condition): Promise<Condition> => {
    switch (each.kind) {
      case 'concepts': {
        const key = JSON.stringify(each);
        const known = made.get(key) ?? (await resolve(each));
        made.set(key, known);
        return known;
      }
      case 'and':
      case 'or': {
        const conditions: Condition[] = [];
        for (const part of each.conditions) conditions.push(await replace(part));
        return { ...each, conditions };
      }
      case 'not':
        return { ...each, condition: await replace(each.condition) };
      case 'refers':
      case 'referred':
        return { ...each, where: await replace(each.where) };
      default:
        return each;
    }
  };
  return replace(condition);
}
