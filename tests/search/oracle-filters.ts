/** `_filter` told naively: a filter is read again for each row, by a reader of its own. */
import type { Typed } from './oracle-elements.ts';

/** What the oracle knows besides filters. */
export interface Rows<Row> {
  /** Whether a plain parameter holds; the value has its escapes hidden. */
  holds(row: Row, name: string, value: string): boolean;
  /** What a chain leads to by a reference, written as in a chain. */
  targets(row: Row, link: string): readonly Row[];
  /** What refers to the row. */
  sources(row: Row, type: string, code: string): readonly Row[];
  elements(row: Row, code: string): { readonly type: string; readonly elements: readonly Typed[] };
  /** Tells of operators that plain searches do not have. */
  isWhole(elements: readonly Typed[], value: string): boolean;
  overlaps(elements: readonly Typed[], value: string): boolean;
}

type Test<Row> = (row: Row) => boolean;

export function readFilter<Row>(text: string, rows: Rows<Row>, hide: (value: string) => string): Test<Row> {
  const parts = text.match(/"(?:[^"\\]|\\.)*"|[()[\]]|[^\s()[\]"]+/g) ?? [];
  let at = 0;

  function logic(): Test<Row> {
    let left = one();
    while (parts[at] === 'and' || parts[at] === 'or') {
      const isAnd = parts[at++] === 'and';
      const [before, after] = [left, one()];
      left = isAnd ? (row) => before(row) && after(row) : (row) => before(row) || after(row);
    }
    return left;
  }

  function one(): Test<Row> {
    if (parts[at] === 'not') {
      at++;
      const inner = one();
      return (row) => !inner(row);
    }
    if (parts[at] !== '(') return test();
    at++;
    const inner = logic();
    at++;
    return inner;
  }

  /** A path may be cut by a bracket: `subject:Patient`, `[`, filter, `]`, `.name`. */
  function test(): Test<Row> {
    const path = parts[at++] ?? '';
    if (parts[at] !== '[') return plain(path);
    at++;
    const filter = logic();
    at++;
    const rest = plain((parts[at++] ?? '').slice(1));
    return (row) => rows.targets(row, path).some((target) => filter(target) && rest(target));
  }

  function plain(path: string): Test<Row> {
    const operator = parts[at++] ?? '';
    const given = parts[at++] ?? '';
    const value = hide(given.startsWith('"') ? JSON.parse(given) : given);
    return (row) => along(row, path, operator, value);
  }

  function along(row: Row, path: string, operator: string, value: string): boolean {
    if (path.startsWith('_has:')) {
      const [, type = '', code = '', ...rest] = path.split(':');
      return rows.sources(row, type, code).some((source) => along(source, rest.join(':'), operator, value));
    }
    const point = path.indexOf('.');
    if (point < 0) return compare(row, path, operator, value);
    return rows.targets(row, path.slice(0, point)).some((target) => along(target, path.slice(point + 1), operator, value));
  }

  function compare(row: Row, code: string, operator: string, value: string): boolean {
    const { type, elements } = rows.elements(row, code);
    const modifier = { in: 'in', ni: 'not-in', ss: 'below', sb: 'above', co: 'contains' }[operator];
    if (modifier) return rows.holds(row, `${code}:${modifier}`, value);
    if (operator === 'pr') return String(elements.length > 0) === value;
    if (operator === 'po') return rows.overlaps(elements, value);
    if (operator === 'eq' && type === 'string') return rows.isWhole(elements, value);
    return rows.holds(row, code, ['number', 'date', 'quantity'].includes(type) ? operator + value : value);
  }

  return logic();
}
