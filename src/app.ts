import type { RequestListener } from 'node:http';
import type { CdsServices } from './cds/cds-services.ts';
import type { Config } from './config.ts';
import { application } from './http/application.ts';
import type { Log } from './log.ts';
import type { RestDeps } from './rest/deps.ts';
import { openApiDocument } from './rest/openapi.ts';
import { routes } from './rest/routes.ts';
import type { StartFacts } from './web/start-facts.ts';

/** The rooms of one server, made and ready. */
export interface AppParts {
  readonly config: Config;
  /** Base of all addresses, without trailing slash. */
  readonly publicUrl: string;
  readonly rest: RestDeps;
  readonly cds: CdsServices;
  readonly facts: () => Promise<StartFacts>;
  readonly ready: () => Promise<boolean>;
  readonly log: Log;
}

export interface App {
  readonly handler: RequestListener;
  /** How many errors were none of a caller's; 0, unless the program has a fault. */
  unexpectedErrors(): number;
}

/** One server as a listener for requests; whoever has it decides where it listens. */
export function createApp({ config, publicUrl, rest, cds, ...parts }: AppParts): App {
  return application({
    ...parts,
    publicUrl,
    routes: routes(rest),
    openApi: openApiDocument(rest, `${publicUrl}/fhir`),
    services: cds,
    limits: config,
    corsOrigins: config.corsOrigins,
    ...(config.loopback && { hosts: localNames(config, publicUrl) }),
    ...(config.apiToken && { apiToken: config.apiToken }),
  });
}

/** Names that a server bound to this machine may be called by. */
function localNames({ host }: Config, publicUrl: string): ReadonlySet<string> {
  const publicName = new URL(publicUrl).hostname.replace(/^\[|\]$/g, '');
  return new Set(['localhost', '127.0.0.1', '::1', host.toLowerCase(), publicName]);
}
