/**
 * The tests of the REST interactions, unchanged, on MongoDB, in a jest of their own that is given one server for all of them. Left out here,
 * because they take long on the test server: `TEST_MONGODB='mongodb://…' npm test -- tests/rest` runs all.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, jest, test } from '@jest/globals';
import { onWireServer } from './opening.ts';

const LONG = ['metadata', 'stateful', 'transaction-kill'];
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

jest.setTimeout(600_000);

await onWireServer('REST on MongoDB', (server) => {
  test('the interactions do what they do on the embedded store', async () => {
    const flags = ['--experimental-vm-modules', '--no-warnings', join('node_modules', 'jest', 'bin', 'jest.js')];
    const args = ['--ci', '--json', '--runInBand', '--testTimeout', '60000', 'tests/rest/', '--testPathIgnorePatterns', ...LONG];
    const child = spawn(process.execPath, [...flags, ...args], {
      cwd: ROOT,
      env: { ...process.env, TEST_MONGODB: server.url('rest') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [report, said] = ['', ''];
    child.stdout.on('data', (data) => {
      report += data;
    });
    child.stderr.on('data', (data) => {
      said += data;
    });
    await once(child, 'close');
    const { numPassedTests = 0 } = JSON.parse(report.slice(report.indexOf('{"num'))) as { numPassedTests?: number };
    expect(child.exitCode === 0 ? '' : said).toBe('');
    expect(numPassedTests).toBeGreaterThan(300);
  });
});
