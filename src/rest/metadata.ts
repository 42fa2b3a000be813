/** https://hl7.org/fhir/R4/http.html#capabilities */
import { createHash } from 'node:crypto';
import { FhirError } from '../fhir/error.ts';
import type { LosslessObject } from '../fhir/json.ts';
import type { Conditions, FhirRequest, Interaction } from '../fhir/request.ts';
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
  /** Last-Modified. */
  readonly modified: string;
  /** Whether the statement before it has another. */
  readonly hasOwnDate: boolean;
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
      const modified = now.toUTCString();
      const json = Buffer.from(JSON.stringify(resource), 'utf8');
      made = { registry, baseUrl, resource, json, tag: `W/"${hash}"`, modified, hasOwnDate: modified !== made?.modified };
    }
    return made;
  };
  return async (request) => {
    takeOnly(request, 'metadata', ['mode']);
    refuseMode(once(request.query, 'mode'));
    const part = partOf(request.query, deps.core, ['CapabilityStatement']);
    const statement = current(request);
    const { resource, json, tag, modified } = statement;
    const headers = { ETag: tag, 'Last-Modified': modified };
    if (isKnown(request.conditions, statement)) return { status: 304, headers };
    const body = part ? (partOfResource(resource as unknown as LosslessObject, part, deps.core) as unknown as FhirResource) : json;
    return { status: 200, body, headers };
  };
}

/** A date must be the very one that was given out: another process may have made an older statement later. */
function isKnown(conditions: Conditions, { tag, modified, hasOwnDate }: Statement): boolean {
  if (conditions.ifNoneMatch !== undefined) return isUnchanged(conditions, tag);
  return hasOwnDate && conditions.ifModifiedSince?.trim() === modified;
}

function refuseMode(mode: string | undefined): void {
  if (mode === undefined || mode === 'full') return;
  throw new FhirError('not-supported', `The parameter mode takes only "full" here, not "${mode.slice(0, 40)}".`);
}
