/** https://hl7.org/fhir/R4/http.html#capabilities */
import { createHash } from 'node:crypto';
import { FhirError } from '../fhir/error.ts';
import type { LosslessObject } from '../fhir/json.ts';
import type { FhirRequest, Interaction } from '../fhir/request.ts';
import type { CapabilityStatement, FhirResource } from '../fhir/types.ts';
import type { ParameterRegistry } from '../search/parameters.ts';
import { capabilities } from './capabilities.ts';
import type { RestDeps } from './deps.ts';
import { isUnchanged } from './etag.ts';
import { once, takeOnly } from './query-parameters.ts';
import type { Route } from './routes.ts';
import { partOf, partOfResource } from './summary.ts';

interface Statement {
  readonly registry: ParameterRegistry;
  readonly baseUrl: string;
  readonly resource: CapabilityStatement;
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
      const resource = { ...content, date: now.toISOString() };
      made = { registry, baseUrl, resource, json: Buffer.from(JSON.stringify(resource), 'utf8'), tag: `W/"${hash}"` };
    }
    return made;
  };
  return async (request) => {
    takeOnly(request, 'metadata', ['mode']);
    refuseMode(once(request.query, 'mode'));
    const part = partOf(request.query, deps.core, ['CapabilityStatement']);
    const { resource, json, tag } = current(request);
    const headers = { ETag: tag, 'Last-Modified': new Date(resource.date).toUTCString() };
    if (isUnchanged(request.conditions, tag, resource.date)) return { status: 304, headers };
    const body = part ? (partOfResource(resource as unknown as LosslessObject, part, deps.core) as unknown as FhirResource) : json;
    return { status: 200, body, headers };
  };
}

function refuseMode(mode: string | undefined): void {
  if (mode === undefined || mode === 'full') return;
  throw new FhirError('not-supported', `The parameter mode takes only "full" here, not "${mode.slice(0, 40)}".`);
}
