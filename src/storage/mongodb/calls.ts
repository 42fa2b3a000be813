import { FhirError } from '../../fhir/error.ts';
import { inOurTerms } from './faults.ts';

/** Every call to the database goes through here: faults come out in the port's terms, and closing waits for what is under way. */
export interface Calls {
  /** @throws FhirError `unavailable` once the store is closed, or where the database cannot do its work now */
  run<T>(call: () => Promise<T>): Promise<T>;
  /** Refuses what comes from now on and waits for what is under way. */
  close(): Promise<void>;
}

export function calls(): Calls {
  const running = new Set<Promise<unknown>>();
  let closed = false;
  return {
    async run(call) {
      if (closed) throw new FhirError('unavailable', 'The store is closed.', { headers: { 'Retry-After': '5' } });
      const result = call();
      running.add(result);
      try {
        return await result;
      } catch (error) {
        throw inOurTerms(error);
      } finally {
        running.delete(result);
      }
    },
    async close() {
      closed = true;
      await Promise.allSettled(running);
    },
  };
}
