// npm test: installs and builds where needed, then runs the tests; arguments go to jest (npm test -- tests/http).
import { spawnSync } from 'node:child_process';
import { ensureBuilt } from './ensure-built.mjs';
import { ensureInstalled, root } from './ensure-installed.mjs';

ensureInstalled();
ensureBuilt();
const flags = ['--experimental-vm-modules', '--no-warnings'];
const { status } = spawnSync(process.execPath, [...flags, 'node_modules/jest/bin/jest.js', '--maxWorkers=100%', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, TZ: 'UTC' }, // as the server sets it for itself
});
process.exitCode = status ?? 1;
