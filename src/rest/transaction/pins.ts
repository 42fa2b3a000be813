import type { ResourceStore } from '../../storage/store.ts';
import { type Bound, type Matched, nameOf, type Writing } from './deeds.ts';

/**
 * Versions that a Bundle gives, for version-specific links. The store counts versions when it writes; so a write whose version
 * a link names is bound to the version before it, and is resolved again where another one came in between.
 */
export interface Pins {
  readonly versionOf: (target: Writing | Matched) => Promise<number>;
  /** The condition of a write, with its pin if it has one. */
  bound(writing: Writing): Bound;
}

export function createPins(store: ResourceStore): Pins {
  const pinned = new Map<string, number | 'none'>();
  return {
    async versionOf(deed) {
      if (deed.kind === 'match') return deed.version?.versionId ?? 1;
      if (deed.method === 'POST') return 1;
      const { type, id } = deed.target;
      const version = await store.read(type, id);
      pinned.set(nameOf(deed.target), version?.json ? version.versionId : 'none');
      return (version?.versionId ?? 0) + 1;
    },
    bound({ target, bound }) {
      const pin = pinned.get(nameOf(target));
      if (pin === undefined) return bound;
      if (pin === 'none') return { ...bound, ifNoneMatch: '*' };
      const { ifMatch } = bound;
      return { ...bound, ifMatch: Array.isArray(ifMatch) ? ifMatch.filter((each) => each === pin) : [pin] };
    },
  };
}
