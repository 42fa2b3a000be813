/** One server: its rooms, made from the ground up and given to each other, its content, and the socket it listens on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApp } from './app.ts';
import { cdsServices } from './cds/cds-services.ts';
import { createFetch } from './cds/fetch.ts';
import type { Config } from './config.ts';
import { contentFolders } from './content/folders.ts';
import { keepDefinitions } from './content/kept-definitions.ts';
import { loadContent } from './content/load.ts';
import { publish } from './content/published.ts';
import { openSearchParameters, profileParameters } from './content/search-parameters.ts';
import { type CoreDefinitions, openCore } from './definitions/core.ts';
import { createDefinitions } from './definitions/definitions.ts';
import { definitionsFolder } from './definitions/folder.ts';
import type { Operation } from './fhir/operation.ts';
import type { FhirResource, OperationDefinition } from './fhir/types.ts';
import { createReadiness } from './http/readiness.ts';
import { closeServer, createHttpServer, listen } from './http/server.ts';
import { startingUp } from './http/starting-up.ts';
import type { Log } from './log.ts';
import { searchParameterStatus } from './operations/search-parameter-status.ts';
import { validate } from './operations/validate.ts';
import { versions } from './operations/versions.ts';
import { holdBack } from './reasoning/hold-back.ts';
import { COMPARTMENT_OWNERS } from './rest/capabilities.ts';
import { type OpenStore, openStore } from './stores.ts';
import { createTerminology } from './terminology/local-terminology.ts';
import { createValidator } from './validation/resource-validator.ts';
import { gatherFacts } from './web/gather-facts.ts';
import type { StartFacts } from './web/start-facts.ts';
import { createWriteCheck, withParameterCheck } from './write-check.ts';

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
  const opened = await openStore(config.databaseUrl, { log: progress }).catch(closing(() => closeServer(server)));
  const rooms = await furnish(opened, { config, publicUrl, log, progress }).catch(closing(() => closeServer(server), opened.close));
  server.off('request', startingUp);
  server.on('request', rooms.app.handler);
  return {
    publicUrl,
    facts: rooms.facts,
    unexpectedErrors: rooms.app.unexpectedErrors,
    indexed: rooms.start(),
    async stop() {
      rooms.stopping();
      await sleep(config.loopback ? NOTICE_HERE : NOTICE); // what was sent before anybody could know is still taken
      await closeServer(server);
      await rooms.stopped();
      await opened.close();
    },
  };
}

/** Milliseconds in which /health/ready says no and all else is answered, for load balancers to notice; less where there is none. */
const NOTICE = 5000;
const NOTICE_HERE = 200;

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
async function furnish({ store, upkeep, ledger, kind }: OpenStore, { config, publicUrl, log, progress }: Setting) {
  const baseUrl = `${publicUrl}/fhir`;
  const core = openCore();
  const profiles = join(packageFolder, 'profiles');
  const own = profileParameters(profiles);
  const report = (sentence: string) => log.info(sentence);
  const parameters = await openSearchParameters({ store, upkeep, core, own, baseUrl, report });
  const definitions = createDefinitions({ store, core });
  const terminology = createTerminology({ definitions });
  const validator = createValidator({ structure: core.structure, definitions, terminology });
  const folders = contentFolders(config.contentDirs, packageFolder);
  const content = { folders, ...(folders.length && { profilesFolder: profiles }) };
  const operations = [
    validate({ store, validator, definition: operationDefinition(core, 'Resource-validate') }),
    versions(operationDefinition(core, 'CapabilityStatement-versions')),
    searchParameterStatus(parameters),
  ];
  const standing = standingDefinitions(core, own, operations);
  const loading = { store, upkeep, registry: parameters.registry, log: progress };
  for (const sentence of await publish({ ...loading, definitions: standing })) report(sentence);
  const loaded = await loadContent({ ...content, ...loading, core, definitions, validator });
  await parameters.refresh();
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
    report,
  });
  const names = new Set(standing.map(({ resourceType, id }) => `${resourceType}/${id}`));
  const rest = {
    store: keepDefinitions({ store, isOwn: (type, id) => names.has(`${type}/${id}`), written: parameters.refresh }),
    ledger,
    parameters: parameters.registry,
    terminology,
    core,
    check: withParameterCheck(createWriteCheck(validator, config.validateOnWrite), parameters.faults),
    operations,
    software,
    access: { token: config.apiToken !== undefined, cors: config.corsOrigins.length > 0 },
    readOnly: config.readOnly,
    deleteSeveral: config.deleteSeveral,
  };
  const facts = () => gatherFacts({ publicUrl, kind, report: loaded, cds, store });
  const readiness = createReadiness(store);
  const app = createApp({ config, publicUrl, rest, cds, facts, ready: readiness.ready, log });
  return { app, facts, start: parameters.start, stopping: readiness.stop, stopped: parameters.stop };
}

/** What `/metadata` names, to be read and searched like any resource. */
function standingDefinitions(
  core: CoreDefinitions,
  own: readonly FhirResource[],
  operations: readonly Operation[],
): readonly FhirResource[] {
  return [
    ...core.searchParameters(),
    ...own,
    ...COMPARTMENT_OWNERS.flatMap((owner) => core.compartment(owner) ?? []),
    ...operations.map(({ definition }) => core.resolve(definition.url ?? '', 'OperationDefinition') ?? definition),
  ];
}

const packageFolder = join(definitionsFolder(), '..', '..');
const { name, version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { name: string; version: string };
const software = { name, version };

function operationDefinition(core: CoreDefinitions, id: string): OperationDefinition {
  const definition = core.operationDefinition(id);
  if (definition) return definition;
  throw new Error('The index of R4 in build/r4 lacks a definition that the server needs; run npm run build.');
}
