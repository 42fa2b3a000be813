// npm start: installs and builds where needed, then serves, in this very process, so that signals reach the server.
import { ensureBuilt } from './ensure-built.mjs';
import { ensureInstalled } from './ensure-installed.mjs';

ensureInstalled();
ensureBuilt();
await import('../dist/src/main.js');
