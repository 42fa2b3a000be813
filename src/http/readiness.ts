import type { ResourceStore } from '../storage/store.ts';

export interface Readiness {
  /** Whether requests can be served: the store answers in time, and nothing has begun to stop. */
  ready(): Promise<boolean>;
  /** From now on it is not. */
  stop(): void;
}

/** Milliseconds that the store may take, and that its last answer counts. */
const PATIENCE = 500;
const KEPT = 1000;

export function createReadiness(store: ResourceStore): Readiness {
  let stopping = false;
  let asked: { readonly at: number; readonly answer: Promise<boolean> } | undefined;
  return {
    async ready() {
      if (!asked || Date.now() - asked.at > KEPT) asked = { at: Date.now(), answer: answers(store) };
      return (await asked.answer) && !stopping;
    },
    stop: () => {
      stopping = true;
    },
  };
}

async function answers(store: ResourceStore): Promise<boolean> {
  const { promise, resolve } = withTimer();
  const read = store.read('Basic', 'ready').then(
    () => true,
    () => false,
  );
  return Promise.race([read, promise]).finally(resolve);
}

function withTimer(): { readonly promise: Promise<boolean>; resolve(): void } {
  let timer: NodeJS.Timeout;
  const promise = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PATIENCE);
  });
  return { promise, resolve: () => clearTimeout(timer) };
}
