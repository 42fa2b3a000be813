/** Holds the committed content against its rules: `node --import ./scripts/typescript.mjs scripts/check-content.ts [folder …]`. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkContent } from '../src/content/check.ts';
import { openCore } from '../src/definitions/core.ts';
import { createTerminology } from '../src/terminology/local-terminology.ts';
import { createValidator } from '../src/validation/resource-validator.ts';

const given = process.argv.slice(2);
const folders = given.length ? given : [...readdirSync('resources').map((name) => join('resources', name)), 'profiles'];
const core = openCore();
const report = await checkContent({
  folders,
  core,
  validator: (definitions) => createValidator({ structure: core.structure, definitions, terminology: createTerminology({ definitions }) }),
});
for (const fault of report.faults) console.log(fault);
console.log(`Checked: ${[...report.counts].map(([type, count]) => `${type} ${count}`).join(', ')}.`);
if (report.uncarried.length) console.log(`Not carried by any resource yet: ${report.uncarried.join(', ')}.`);
console.log(report.faults.length ? `${report.faults.length} faults.` : 'No faults.');
process.exitCode = report.faults.length ? 1 : 0;
