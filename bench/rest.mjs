// REST, search and hooks against the limits of the machine, after npm run build: node bench/rest.mjs [reads] [creates] [hooks] [searches] [joins].
// Prints costs and ratios; nothing is asserted. CPU is that of the whole server process, in microseconds a request.
import { creates } from './creates.mjs';
import { hooks } from './hooks.mjs';
import { joins } from './joins.mjs';
import { run } from './ramus.mjs';
import { reads } from './reads.mjs';
import { searches } from './searches.mjs';

await run({ reads, creates, hooks, searches, joins });
