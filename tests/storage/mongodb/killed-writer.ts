/** The process that `kill.test.ts` ends: eight writers, each unit told on standard output once the store has acknowledged it. */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { FhirError } from '../../../src/fhir/error.ts';
import { openStore } from '../../../src/stores.ts';
import { numberOf, unit, writersOf } from './numbered-units.ts';

const [, , url = '', round] = process.argv;
writeSync(1, 'loaded\n');
await once(process.stdin, 'data');
const { store } = await openStore(url);
const write = async (writer: string) => {
  for (let number = 1; ; number++) {
    try {
      await store.write(unit(writer, number));
      writeSync(1, `wrote ${writer} ${number}\n`);
    } catch (error) {
      if (!(error instanceof FhirError && error.kind === 'unavailable')) throw error;
      number = await numberOf(store, writer); // told to come back: what is there tells where to go on
    }
  }
};
await Promise.all(writersOf(Number(round)).map(write));
