/**
 * The process that `kill.test.ts` ends. Eight writers at once, each unit of four changes: two resources updated, one created, the
 * one created before deleted. A unit's number is the version of the two; it is told on stdout once the store has acknowledged it.
 */

import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { openSqlite } from '../../../src/storage/sqlite/open.ts';
import { key, put, remove } from '../changes.ts';

export const WRITERS = 8;

/** The unit with this number, of this writer. */
function unit(writer: number, number: number) {
  const made = { keys: [key('writer', String(writer))], members: { number: String(number), filler: 'x'.repeat(500) } };
  const before = number > 1 ? [remove('Basic', `w${writer}-${number - 1}`)] : [];
  return [put('Basic', `w${writer}-a`, made), put('Basic', `w${writer}-${number}`, made), put('Basic', `w${writer}-b`, made), ...before];
}

async function run(path: string): Promise<void> {
  writeSync(1, 'loaded\n');
  process.stdin.once('end', () => process.exit()); // whoever started this is gone
  await once(process.stdin, 'data');
  const { store, settings } = openSqlite(path);
  const { journalMode, synchronous } = await settings();
  writeSync(1, `settings ${journalMode} ${synchronous}\n`);
  const write = async (writer: number) => {
    for (let number = ((await store.read('Basic', `w${writer}-a`))?.versionId ?? 0) + 1; ; number++) {
      await store.write(unit(writer, number));
      writeSync(1, `wrote ${writer} ${number}\n`);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
}

const [, , path] = process.argv;
if (path) await run(path);
