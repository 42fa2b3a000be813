/**
 * The process that `transaction-kill.test.ts` ends. Four clients at once, each with transactions of 20 entries; the number of
 * one is told on stdout once it is acknowledged.
 */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { openSqlite } from '../../../src/storage/sqlite/open.ts';
import { client } from '../client.ts';
import { observation, patient, post, put, remove, send } from './bundles.ts';

/** A transaction of the whole: a Patient updated, a Patient made by criteria, observations on it, and what the one before made deleted. */
function entries(writer: number, number: number) {
  const tag = `w${writer}-${number}`;
  const name = 'urn:uuid:made';
  return [
    put(`Patient/w${writer}`, patient(`w${writer}`, { id: `w${writer}`, extension: [{ url: 'http://x', valueInteger: number }] })),
    post(patient(tag), { fullUrl: name, ifNoneExist: `identifier=urn:s|${tag}` }),
    ...Array.from({ length: 17 }, () => post(observation(name, { identifier: [{ value: tag }] }))),
    remove(`Patient?identifier=urn:s|w${writer}-${number - 1}`),
  ];
}

async function run(path: string): Promise<void> {
  const { store } = openSqlite(path);
  const rest = client({ store });
  await rest.call('GET', 'Observation?identifier=none&subject=none');
  writeSync(1, 'loaded\n');
  await once(process.stdin, 'data');
  const write = async (writer: number) => {
    for (let number = ((await store.read('Patient', `w${writer}`))?.versionId ?? 0) + 1; ; number++) {
      await send(rest, entries(writer, number));
      writeSync(1, `wrote ${writer} ${number}\n`);
    }
  };
  await Promise.all(Array.from({ length: 4 }, (_, writer) => write(writer)));
}

const [, , path] = process.argv;
if (path) await run(path);
