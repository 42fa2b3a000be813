/**
 * Breaks the MongoDB adapter in a copy, one way at a time, and says whether a test notices. By hand, about half an hour:
 * `node tests/storage/mongodb/mutations.mjs [word in the name …]`. Ends with 1 where a mutant survived.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../../..');
const ADAPTER = 'src/storage/mongodb';
const FAULTS = 'tests/storage/mongodb/faults.test.ts';
const CONTRACT = 'tests/storage/mongodb/contract.test.ts';

/** Every statement of a unit without its session. */
const sessionless = ['unit.ts', 'claims.ts', 'revisions.ts', 'transactions.ts', 'searches.ts'].flatMap((file) => {
  const text = readFileSync(join(ROOT, ADAPTER, file), 'utf8');
  const places = [...text.matchAll(/(,\s*)?\{ session \}|, session \}(?=\))|, \.\.\.\(session && \{ session \}\)/g)];
  return places.map(({ 0: found, index }, i) => ({
    name: `session dropped: ${file}, statement ${i + 1} (line ${text.slice(0, index).split('\n').length})`,
    file,
    make: () => text.slice(0, index) + (found.endsWith('}') && found.includes(', session') ? ' }' : '') + text.slice(index + found.length),
    tests: [FAULTS, CONTRACT],
  }));
});

const replaced = (name, file, from, to, tests = [FAULTS, CONTRACT]) => ({
  ...{ name, file, tests },
  make() {
    const text = readFileSync(join(ROOT, ADAPTER, file), 'utf8');
    if (!text.includes(from)) throw new Error(`${file} no longer has: ${from}`);
    return text.replace(from, to);
  },
});

const mutants = [
  ...sessionless,
  replaced('retry of the commit removed', 'transactions.ts', 'if (!mayBeCommitted(error)) throw error;', 'throw error;'),
  replaced('retry of the unit removed', 'transactions.ts', 'if (!isAgain(error) || Date.now() > deadline) throw error;', 'throw error;'),
  replaced(
    'guards of expectations removed',
    'guards.ts',
    'for (const type of query.types) for (const value of values) guards.add',
    'for (const type of []) for (const value of values) guards.add',
  ),
  replaced(
    'guards of what is written removed',
    'guards.ts',
    'for (const value of content ? identities(content.entries) : [])',
    'for (const value of [])',
  ),
  replaced('two statements at once in a session', 'searches.ts', 'inTurn: session !== undefined', 'inTurn: false'),
  replaced('other criteria not guarded', 'guards.ts', '?? [textOf(query.where)]', '?? []'),
  replaced('what a unit rests on is not touched', 'unit.ts', '[...touched, ...replaced]', 'replaced'),
  replaced('guards not written', 'unit.ts', '  await writeGuards(unit, parts);\n', ''),
  replaced(
    'expectations not checked again',
    'unit.ts',
    'const disappointed = await findDisappointed(unit, parts);',
    'const disappointed = undefined;',
  ),
  replaced(
    'write concern of the commit lowered to one',
    'transactions.ts',
    "writeConcern: { w: 'majority', journal: true }",
    'writeConcern: { w: 1, journal: true }',
  ),
  replaced('commit not on disk', 'transactions.ts', "writeConcern: { w: 'majority', journal: true }", "writeConcern: { w: 'majority' }"),
  replaced('read concern of the unit lowered', 'transactions.ts', "readConcern: { level: 'snapshot' }", "readConcern: { level: 'local' }"),
  replaced('reads not by majority', 'connect.ts', "new ReadConcern('majority')", "new ReadConcern('local')"),
  replaced('what a start writes not by majority', 'connect.ts', "writeConcern: { w: 'majority', journal: true }", 'writeConcern: { w: 1 }'),
  replaced('what the ledger keeps not by majority', 'ledger.ts', "{ w: 'majority', journal: true, wtimeoutMS: 10_000 }", '{ w: 1 }'),
  replaced(
    'unit id forgotten',
    'transactions.ts',
    'if (await isWritten(collections, planned, unit.id, session)) return { written: planned };',
    '',
  ),
  replaced('unit id not kept with the version', 'steps.ts', 'v}`, unit }', 'v}`, unit: "" }'),
  replaced(
    'rollback swallowed: what was done is committed',
    'transactions.ts',
    'if (session.inTransaction()) await session.abortTransaction();',
    'if (session.inTransaction()) await session.commitTransaction();',
  ),
  replaced(
    'rollback swallowed: the fault is a success',
    'transactions.ts',
    'if (!isAgain(error) || Date.now() > deadline) throw error;',
    'if (!isAgain(error) || Date.now() > deadline) return [];',
  ),
  replaced(
    'time not taken anew',
    'transactions.ts',
    'const deadline = Date.now() + tryForMs;',
    'const deadline = Date.now() + tryForMs;\n        const started = now();',
  ),
  replaced('time may go back', 'steps.ts', 'const lu = before && before.lu > time ? before.lu : time;', 'const lu = time;'),
  replaced('a version is not closed by the next', 'unit.ts', 'if (replaced.length) await versions.bulkWrite(replaced, { session });', ''),
  replaced('claims of others ignored', 'unit.ts', 'if (claims.taken[0]) return { refusal: takenFault(claims.taken[0]) };', ''),
  replaced('claims not given up', 'claims.ts', 'if (deletions.length) await claims.bulkWrite(deletions, { session });', ''),
  replaced('no rows of the knowledge log', 'unit.ts', '  await raiseRevision(collections, knowledge, session);\n', ''),
  replaced(
    'a ledger key may be taken twice',
    'ledger.ts',
    'if (isDuplicateKey(error)) return false;',
    'if (isDuplicateKey(error)) return true;',
  ),
  replaced('not primary is not tried again', 'faults.ts', 'NOT_PRIMARY.has(Number(error.code))', 'false'),
  replaced('the probe believes what the server says', 'probe.ts', 'return deletedCount === 0;', 'return true;'),
  replaced('the probe does not know a refusal', 'probe.ts', 'if (refusesTransactions(error)) return false;', ''),
];

// the time is taken in two places: the second change of that mutant
const timed = mutants.find(({ name }) => name === 'time not taken anew');
const makeTimed = timed.make;
timed.make = () => makeTimed().replace('session, now: now() }', 'session, now: started }');

const words = process.argv.slice(2);
const chosen = mutants.filter(({ name }) => words.every((word) => name.includes(word)));
const folder = mkdtempSync(join(tmpdir(), 'ramus-mutations-'));
const survivors = [];
try {
  for (const name of ['src', 'tests', 'scripts', 'profiles', 'resources', 'package.json', 'tsconfig.json'])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  for (const name of ['node_modules', 'build']) symlinkSync(join(ROOT, name), join(folder, name));
  for (const { name, file, make, tests } of [
    {
      name: 'nothing (the tests themselves)',
      file: 'unit.ts',
      make: () => readFileSync(join(ROOT, ADAPTER, 'unit.ts'), 'utf8'),
      tests: [FAULTS, CONTRACT],
    },
    ...chosen,
  ]) {
    const path = join(folder, ADAPTER, file);
    const original = readFileSync(path, 'utf8');
    writeFileSync(path, make());
    const noticed = tests.find((test) => !passes(test));
    writeFileSync(path, original);
    console.log(`${noticed ? `noticed by ${noticed.split('/').at(-1)}` : 'NOT NOTICED'}: ${name}`);
    if (name.startsWith('nothing') ? noticed : !noticed) survivors.push(name);
    if (name.startsWith('nothing') && noticed) break;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(survivors.length ? `${survivors.length} of ${chosen.length} not noticed.` : `All ${chosen.length} noticed.`);
process.exitCode = survivors.length ? 1 : 0;

function passes(test) {
  const jest = join('node_modules', 'jest', 'bin', 'jest.js');
  const args = ['--experimental-vm-modules', '--no-warnings', jest, '--ci', '--forceExit', '--rootDir', folder, test];
  return spawnSync(process.execPath, args, { cwd: folder, timeout: 300_000, killSignal: 'SIGKILL' }).status === 0;
}
