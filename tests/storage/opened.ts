import type { OpenStore } from '../../src/stores.ts';

/** A store on an empty database of its own, as contracts get it; `close` leaves nothing behind. */
export interface Opened extends Omit<OpenStore, 'kind'> {
  /** The same database opened once more, as another process would; closed by the caller. */
  another(): Promise<Omit<OpenStore, 'kind'>>;
}

export type Open = () => Promise<Opened>;
