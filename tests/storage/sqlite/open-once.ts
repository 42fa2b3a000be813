/** A process that opens the file, writes one resource, and says how often it was written so far. */
import { openSqlite } from '../../../src/storage/sqlite/open.ts';
import { put } from '../changes.ts';

const { store, close } = openSqlite(String(process.argv[2]));
const [written] = await store.write([put('Basic', 'shared')]);
process.stdout.write(`${written?.version?.versionId}`);
await close();
