import { FhirError } from '../../fhir/error.ts';
import { COUNTED, type HistoryScope, type Page, type Paging, type Version } from '../store.ts';
import type { Row } from './connection.ts';
import { type Fragment, raw, sql } from './fragment.ts';
import { ceilMilliseconds, floorMilliseconds } from './instants.ts';
import { headOf, VERSION_HEAD, withTexts } from './rows.ts';
import type { Reading } from './search/one-type.ts';
import { paused, type Steps } from './search/steps.ts';

/** Place in a history: the number of the version for one instance, else its time; then its row. */
type Place = readonly [value: number, row: number];

/** Versions newest first, with the total where there are not too many or it was asked for. */
export function* history(reading: Reading, scope: HistoryScope, page: Paging): Steps<Page<Version>> {
  const { connection, types, limits } = reading;
  const type = scope.type && types.number(scope.type);
  const budget = { rows: 0 };
  const rows: Row[] = [];
  for (let place = page.after === undefined ? undefined : placeOf(page.after), more = true; more; ) {
    const stretch = stretchOf(scope, type, place);
    rows.push(
      ...connection.all(sql`SELECT ${raw(VERSION_HEAD)}, v.type, c.value FROM (${stretch} LIMIT ${limits.stretch}) c
        CROSS JOIN version v ON v.row = c.row WHERE ${check(scope)} LIMIT ${page.count + 1 - rows.length}`),
    );
    const last = rows.length > page.count ? undefined : connection.get(sql`${stretch} LIMIT 1 OFFSET ${limits.stretch - 1}`);
    more = last !== undefined;
    place = last && [Number(last[1]), Number(last[0])];
    if (last) yield* paused(budget, limits.stretch);
  }
  const items = rows.slice(0, page.count);
  const next = rows.length > page.count ? items.at(-1) : undefined;
  const most = page.total ? Number.MAX_SAFE_INTEGER : COUNTED;
  const total = page.total === false ? undefined : yield* countOf(reading, scope, type, most);
  return {
    items: withTexts(
      connection,
      items.map((row) => headOf(types.name(Number(row[7])), row)),
    ),
    ...(next && { next: JSON.stringify([next[8], next[6]]) }),
    ...(total !== undefined && { total }),
  };
}

/** `SELECT row, value …`: the versions of a scope from a place on, newest first. */
function stretchOf({ id, since, at }: HistoryScope, type: number | undefined, place: Place | undefined): Fragment {
  if (id !== undefined) {
    const before = place ? sql`AND version < ${place[0]}` : raw('');
    return sql`SELECT row, version AS value FROM version INDEXED BY version_id
      WHERE type = ${type ?? 0} AND id = ${id} ${before} ORDER BY version DESC`;
  }
  const index = raw(type === undefined ? 'version_updated' : 'version_type');
  const ofType = type === undefined ? raw('') : sql`type = ${type} AND`;
  const from = since === undefined ? 0 : ceilMilliseconds(since);
  const to = at === undefined ? Number.MAX_SAFE_INTEGER : floorMilliseconds(at.high);
  const before = place ? sql`AND updated <= ${place[0]} AND (updated < ${place[0]} OR row < ${place[1]})` : raw('');
  return sql`SELECT row, updated AS value FROM version INDEXED BY ${index}
    WHERE ${ofType} updated BETWEEN ${from} AND ${to} ${before} ORDER BY updated DESC, row DESC`;
}

/** What the stretch leaves open: of one instance the times, of all whether the version was replaced before `at` began. */
function check({ id, since, at }: HistoryScope): Fragment {
  const from = id !== undefined && since !== undefined ? sql`v.updated >= ${ceilMilliseconds(since)}` : raw('1');
  if (!at) return from;
  return sql`${from} AND v.updated <= ${floorMilliseconds(at.high)} AND NOT EXISTS (SELECT 1 FROM version n
    WHERE n.type = v.type AND n.id = v.id AND n.version = v.version + 1 AND n.updated <= ${floorMilliseconds(at.low)})`;
}

/** Of all versions of the scope, wherever the page begins; undefined where more than `most` would have to be looked at. */
function* countOf({ connection, limits }: Reading, scope: HistoryScope, type: number | undefined, most: number): Steps<number | undefined> {
  const isWhole = !scope.at && (scope.id === undefined || scope.since === undefined);
  const step = Math.min(isWhole ? limits.stretch * 10 : limits.stretch, most + 1); // an index alone is counted fast
  const joined = isWhole ? raw('') : sql`CROSS JOIN version v ON v.row = c.row`;
  let count = 0;
  for (let place: Place | undefined, looked = 0; looked <= most; looked += step) {
    const stretch = stretchOf(scope, type, place);
    const counts = sql`SELECT count(*) FILTER (WHERE ${check(scope)}), count(*) FROM (${stretch} LIMIT ${step}) c ${joined}`;
    const [found, all] = connection.get(counts) ?? [];
    count += Number(found);
    if (Number(all) < step) return count <= most ? count : undefined;
    const last = connection.get(sql`${stretch} LIMIT 1 OFFSET ${step - 1}`);
    place = last && [Number(last[1]), Number(last[0])];
    yield;
  }
  return undefined;
}

function placeOf(text: string): Place {
  const [value, row] = pageToken(text);
  if (typeof value === 'number' && typeof row === 'number') return [value, row];
  throw strange();
}

/** A page token of this adapter: a JSON array. @throws FhirError `invalid` */
export function pageToken(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value;
  } catch {
    // refused below like any other strange token
  }
  throw strange();
}

export function strange(): FhirError {
  return new FhirError('invalid', 'The page token was not made by this server; begin again at the first page.');
}
