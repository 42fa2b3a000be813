/** One server: its rooms, made from the ground up and given to each other, its content, and the socket it listens on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApp } from './app.ts';
import { cdsServices } from './cds/cds-services.ts';
import { createFetch } from './cds/fetch.ts';
import type { Config } from './config.ts';
import { contentFolders } from './content/folders.ts';
import { loadContent } from './content/load.ts';
import { planReindex } from './content/reindex.ts';
import { searchParameters } from './content/search-parameters.ts';
import { openCore } from './definitions/core.ts';
import { createDefinitions } from './definitions/definitions.ts';
import { definitionsFolder } from './definitions/folder.ts';
import { createReadiness } from './http/readiness.ts';
import { closeServer, createHttpServer, listen } from './http/server.ts';
import { startingUp } from './http/starting-up.ts';
import type { Log } from './log.ts';
import { validate } from './operations/validate.ts';
import { holdBack } from './reasoning/hold-back.ts';
import { type OpenStore, openStore } from './stores.ts';
import { createTerminology } from './terminology/local-terminology.ts';
import { createValidator } from './validation/resource-validator.ts';
import { gatherFacts } from './web/gather-facts.ts';
import type { StartFacts } from './web/start-facts.ts';
import { createWriteCheck } from './write-check.ts';

export interface RunningServer {
  /** Base of all addresses, without trailing slash. */
  readonly publicUrl: string;
  facts(): Promise<StartFacts>;
  /** How many errors were none of a caller's; 0, unless the program has a fault. */
  unexpectedErrors(): number;
  /** Settles when rows that were indexed with other search parameters are indexed again. */
  readonly indexed: Promise<void>;
  /** Ends what is under way, for some seconds at most, then lets go of socket and store. */
  stop(): Promise<void>;
}

export interface ServerParts {
  readonly config: Config;
  readonly log: Log;
  /** Told what takes long. */
  readonly progress: (line: string) => void;
}

/** Listens at once, and answers 503 until content is loaded. @throws Error a sentence for the operator */
export async function openServer({ config, log, progress }: ServerParts): Promise<RunningServer> {
  const server = createHttpServer(config.requestTimeout);
  server.on('request', startingUp);
  const publicUrl = await listen(server, config);
  const opened = await openStore(config.databaseUrl).catch(closing(() => closeServer(server)));
  const rooms = await furnish(opened, { config, publicUrl, log, progress }).catch(closing(() => closeServer(server), opened.close));
  server.off('request', startingUp);
  server.on('request', rooms.app.handler);
  return {
    publicUrl,
    facts: rooms.facts,
    unexpectedErrors: rooms.app.unexpectedErrors,
    indexed: rooms.reindex(),
    async stop() {
      rooms.stopping();
      await closeServer(server);
      await opened.close();
    },
  };
}

function closing(...closers: readonly (() => Promise<void>)[]): (error: unknown) => Promise<never> {
  return async (error) => {
    for (const close of closers) await close();
    throw error;
  };
}

interface Setting extends ServerParts {
  readonly publicUrl: string;
}

/** All rooms over one store. */
async function furnish({ store, upkeep, kind }: OpenStore, { config, publicUrl, log, progress }: Setting) {
  const baseUrl = `${publicUrl}/fhir`;
  const core = openCore();
  const profiles = join(packageFolder, 'profiles');
  const parameters = searchParameters(core, { baseUrl, profiles });
  const reindexing = await planReindex({ upkeep, registry: parameters.all });
  parameters.wait(reindexing.pending);
  const definitions = createDefinitions({ store, core });
  const terminology = createTerminology({ definitions });
  const validator = createValidator({ structure: core.structure, definitions, terminology });
  const folders = contentFolders(config.contentDirs);
  const content = { folders, ...(folders.length && { profilesFolder: profiles }) };
  const report = await loadContent({
    ...content,
    store,
    upkeep,
    registry: () => parameters.all,
    core,
    definitions,
    validator,
    log: progress,
  });
  const cds = cdsServices({
    store,
    definitions,
    terminology,
    statuses: config.cdsStatuses,
    safety: holdBack,
    fetch: createFetch(),
    allowedServers: config.fhirServers === 'loopback' ? ['loopback'] : config.fhirServers,
    without: config.ehrWithout,
    baseUrl,
    report: (sentence) => log.info(sentence),
  });
  const rest = {
    store,
    parameters: parameters.searchable,
    terminology,
    core,
    check: createWriteCheck(validator, config.validateOnWrite),
    operations: [validate({ store, validator, definition: required(core.operationDefinition('Resource-validate')) })],
    software,
    readOnly: config.readOnly,
  };
  const facts = () => gatherFacts({ publicUrl, kind, report, cds, store });
  const readiness = createReadiness(store);
  const app = createApp({ config, publicUrl, rest, cds, facts, ready: readiness.ready, log });
  const reindexingEnds = new AbortController();
  return {
    app,
    facts,
    reindex: () => reindexing.run({ completed: parameters.wait, signal: reindexingEnds.signal }),
    stopping() {
      reindexingEnds.abort();
      readiness.stop();
    },
  };
}

const packageFolder = join(definitionsFolder(), '..', '..');
const { name, version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { name: string; version: string };
const software = { name, version };

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The index of R4 in build/r4 lacks a definition that the server needs; run npm run build.');
  return value;
}
