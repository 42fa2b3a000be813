/** Searches of the MongoDB store: one round trip a page, one more for a total, one for each join. */
import type { ClientSession, Document } from 'mongodb';
import { FhirError } from '../../fhir/error.ts';
import type { ResourceType } from '../../fhir/types.ts';
import { SEPARATOR } from '../../search/entries.ts';
import { linkValues } from '../../search/links.ts';
import type { Condition, SearchQuery } from '../../search/query.ts';
import type { SearchPage } from '../store.ts';
import { atMost, inOne } from './batches.ts';
import type { Collections } from './collections.ts';
import { type CurrentDocument, toVersion, VERSION_FIELDS } from './documents.ts';
import { all, type CurrentFilter, type Joins, searchFilter } from './filter.ts';
import { afterFilter, cursorOf, orderBounds, orderStages } from './order.ts';

/** How many rows one step of a join may find. */
export const JOIN_LIMIT = 10_000;
/** How long a reading statement may run; beyond, the caller is told that it is too costly. */
export interface TimeLimit {
  readonly maxTimeMS: number;
}

export interface Searches {
  page(query: SearchQuery): Promise<SearchPage>;
  /** Ids of what a query finds, at most so many. */
  ids(query: SearchQuery, most: number, session: ClientSession): Promise<readonly string[]>;
  filter(types: readonly ResourceType[], where: Condition): Promise<CurrentFilter>;
}

export function searches({ current }: Collections, limit: TimeLimit): Searches {
  const filterOf = (types: readonly ResourceType[], where: Condition, session?: ClientSession) =>
    searchFilter(types, where, joinsOf({ current, filterOf, limit, session }));
  return {
    filter: filterOf,
    async page(query) {
      const filter = await filterOf(query.types, query.where);
      const total = query.total || query.count === 0 ? await current.countDocuments(filter, limit) : undefined;
      const rows =
        query.count === 0
          ? []
          : await current.aggregate<CurrentDocument>(pageStages(query, filter), { ...inOne(query.count + 1), ...limit }).toArray();
      const shown = rows.slice(0, query.count);
      const last = shown.at(-1);
      return {
        versions: shown.map(toVersion),
        ...(rows.length > query.count && last && { next: cursorOf(query, last) }),
        ...(total !== undefined && { total }),
      };
    },
    async ids(query, most, session) {
      const filter = await filterOf(query.types, query.where, session);
      const rows = await current.find(filter, { projection: { id: 1 }, ...atMost(most), ...limit, session }).toArray();
      return rows.map(({ id }) => id);
    },
  };
}

/** What finds a page. One row more than asked tells whether there is a next page. */
export function pageStages(query: SearchQuery, filter: CurrentFilter): Document[] {
  const match = all([filter, orderBounds(query), ...(query.after ? [afterFilter(query, query.after)] : [])]);
  return [
    { $match: match },
    ...orderStages(query),
    { $limit: query.count + 1 },
    { $project: { ...VERSION_FIELDS, ...sortedFields(query) } },
  ];
}

function sortedFields({ sort }: SearchQuery): Document {
  return sort.some(({ parameter }) => !parameter.startsWith('_id') && parameter !== '_lastUpdated') ? { o: 1 } : {};
}

type FilterOf = (types: readonly ResourceType[], where: Condition, session?: ClientSession) => Promise<CurrentFilter>;

interface JoinParts {
  readonly current: Collections['current'];
  readonly filterOf: FilterOf;
  readonly limit: TimeLimit;
  readonly session: ClientSession | undefined;
}

function joinsOf({ current, filterOf, limit, session }: JoinParts): Joins {
  const rows = async (types: readonly ResourceType[], where: Condition, fields: Document) => {
    const filter = await filterOf(types, where, session);
    const found = await current
      .find(filter, { projection: fields, ...atMost(JOIN_LIMIT + 1), ...limit, ...(session && { session }) })
      .toArray();
    if (found.length > JOIN_LIMIT) {
      throw new FhirError(
        'too-costly',
        `A step of the chain finds more than ${JOIN_LIMIT} resources of ${types.join(', ')}; narrow it by another parameter.`,
      );
    }
    return found;
  };
  return {
    inTurn: session !== undefined,
    async linksTo(types, where) {
      const found = await rows(types, where, { type: 1, id: 1, k: 1 });
      return found.flatMap(({ type, id, k = [] }) => linkValues({ type, id, entries: { keys: k } }));
    },
    async linksFrom(type, parameter, where) {
      const start = parameter + SEPARATOR;
      const found = await rows([type], where, { k: 1 });
      return [...new Set(found.flatMap(({ k = [] }) => k.filter((key) => key.startsWith(start)).map((key) => key.slice(start.length))))];
    },
  };
}
