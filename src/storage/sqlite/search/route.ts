import type { Connection } from '../connection.ts';
import { sql } from '../fragment.ts';
import type { Order, Place, Stretch } from './orders.ts';

/** A walk along an order in stretches of bounded size. */
export interface Route {
  /** Where the walk is; undefined at the end. */
  stretch(): Stretch | undefined;
  /** Goes on after `size` rows of this stretch and gives the place; nothing where it had fewer and the next stretch follows. */
  advance(size: number): Place | undefined;
}

export function route(connection: Connection, order: Order, after: Place | undefined): Route {
  let ahead = order(after);
  return {
    stretch: () => ahead[0],
    advance: (size) => {
      const [here, ...rest] = ahead;
      const last = here && connection.get(sql`${here.select} LIMIT 1 OFFSET ${size - 1}`);
      const place = last && { value: last[2] as Place['value'], id: String(last[1]) };
      ahead = place ? order(place) : rest;
      return place;
    },
  };
}
