/** https://hl7.org/fhir/R4/http.html#capabilities */
import { createHash } from 'node:crypto';
import { FhirError } from '../fhir/error.ts';
import type { FhirRequest, Interaction } from '../fhir/request.ts';
import type { ParameterRegistry } from '../search/parameters.ts';
import { capabilities } from './capabilities.ts';
import type { RestDeps } from './deps.ts';
import { isUnchanged } from './etag.ts';
import { once, takeOnly } from './query-parameters.ts';
import type { Route } from './routes.ts';
import { partOf, partText } from './summary.ts';

interface Statement {
  readonly registry: ParameterRegistry;
  readonly baseUrl: string;
  readonly json: Buffer;
  readonly tag: string;
}

/** Made anew when the search parameters change; the ETag goes by everything but the date. */
export function metadata(deps: RestDeps, routes: () => readonly Route[]): Interaction {
  let made: Statement | undefined;
  const current = ({ baseUrl, now }: FhirRequest): Statement => {
    const registry = deps.parameters();
    if (made?.registry !== registry || made.baseUrl !== baseUrl) {
      const content = capabilities({ ...deps, routes: routes(), registry, baseUrl });
      const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
      const json = Buffer.from(JSON.stringify({ ...content, date: now.toISOString() }), 'utf8');
      made = { registry, baseUrl, json, tag: `W/"${hash}"` };
    }
    return made;
  };
  return async (request) => {
    takeOnly(request, 'metadata', ['mode']);
    refuseMode(once(request.query, 'mode'));
    const part = partOf(request.query, deps.core, ['CapabilityStatement']);
    const { json, tag } = current(request);
    if (isUnchanged(request.conditions, tag)) return { status: 304, headers: { ETag: tag } };
    return { status: 200, body: part ? partText(json, part, deps.core) : json, headers: { ETag: tag } };
  };
}

function refuseMode(mode: string | undefined): void {
  if (mode === undefined || mode === 'full') return;
  throw new FhirError('not-supported', `The parameter mode takes only "full" here, not "${mode.slice(0, 40)}".`);
}
