import type { Expectation } from '../../store.ts';
import type { Connection } from '../connection.ts';
import { type TypeNumbers, typesInUse } from '../types.ts';
import { find } from './find.ts';
import { LIMITS, NEWEST } from './one-type.ts';
import { atOnce } from './steps.ts';

/** Whether a query finds exactly the expected ids now; inside the transaction that writes. */
export function holds(connection: Connection, types: TypeNumbers, { query, ids }: Expectation): boolean {
  const budget = { rows: 0 };
  const found: string[] = [];
  for (const type of query.types.length > 0 ? query.types : typesInUse(connection, types)) {
    const limit = ids.length + 1 - found.length;
    const rows = atOnce(find({ connection, types, type, where: query.where, sort: [NEWEST], limit, budget, limits: LIMITS }));
    found.push(...rows.map(({ head }) => head.id));
    if (found.length > ids.length) return false;
  }
  return found.length === ids.length && found.every((id) => ids.includes(id));
}
