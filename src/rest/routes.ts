/**
 * Every interaction that this server offers (https://hl7.org/fhir/R4/http.html#summary), as one table. `http/` makes its
 * routes, 405 and Allow from it, the CapabilityStatement its interactions.
 */
import { FhirError } from '../fhir/error.ts';
import type { Interaction } from '../fhir/request.ts';
import type { ResourceType } from '../fhir/types.ts';
import { conditionalDelete } from './conditional-delete.ts';
import { conditionalUpdate } from './conditional-update.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import type { RestDeps } from './deps.ts';
import { refuseForeignConditions } from './etag.ts';
import { history, instanceHistory } from './history.ts';
import { metadata } from './metadata.ts';
import { operationRoutes } from './operation-routes.ts';
import { conditionalPatch, patch } from './patch.ts';
import { read } from './read.ts';
import { search } from './search.ts';
import { processBundle } from './transaction/process-bundle.ts';
import { update } from './update.ts';
import { vread } from './vread.ts';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /**
   * Below the base. `[type]` is a resource type and fills `request.type`, `[id]` `request.id`, `[vid]` `request.versionId`,
   * `[compartment]/[owner]` `request.compartment`; all else, `$` included, stands for itself. Of two that fit an
   * address, the one further up counts.
   */
  readonly path: string;
  /** R4's name of the interaction, where it has one. */
  readonly interaction: string;
  /** The resource type that the path names, where it names one itself. */
  readonly type?: ResourceType;
  readonly run: Interaction;
}

export function routes(deps: RestDeps): readonly Route[] {
  const find = search(deps);
  const write = (interaction: string, run: Interaction) => (deps.readOnly ? refuseWrite : bound(interaction, run));
  const bundle = write(
    'transaction',
    processBundle(deps, () => table),
  );
  const table: readonly Route[] = [
    { method: 'GET', path: '/metadata', interaction: 'capabilities', run: metadata(deps, () => table) },
    { method: 'GET', path: '/_history', interaction: 'history-system', run: history(deps) },
    { method: 'POST', path: '/_search', interaction: 'search-system', run: find },
    { method: 'GET', path: '', interaction: 'search-system', run: find },
    { method: 'POST', path: '', interaction: 'transaction', run: bundle },
    { method: 'POST', path: '', interaction: 'batch', run: bundle }, // the type of the Bundle tells which
    ...operationRoutes(deps),
    { method: 'GET', path: '/[type]/_history', interaction: 'history-type', run: history(deps) },
    { method: 'POST', path: '/[type]/_search', interaction: 'search-type', run: find },
    { method: 'GET', path: '/[type]', interaction: 'search-type', run: find },
    { method: 'POST', path: '/[type]', interaction: 'create', run: write('create', create(deps)) },
    { method: 'PUT', path: '/[type]', interaction: 'update', run: write('update', conditionalUpdate(deps)) },
    { method: 'PATCH', path: '/[type]', interaction: 'patch', run: write('patch', conditionalPatch(deps)) },
    { method: 'DELETE', path: '/[type]', interaction: 'delete', run: write('delete', conditionalDelete(deps)) },
    { method: 'GET', path: '/[type]/[id]', interaction: 'read', run: read(deps) },
    { method: 'PUT', path: '/[type]/[id]', interaction: 'update', run: write('update', update(deps)) },
    { method: 'PATCH', path: '/[type]/[id]', interaction: 'patch', run: write('patch', patch(deps)) },
    { method: 'DELETE', path: '/[type]/[id]', interaction: 'delete', run: write('delete', remove(deps)) },
    { method: 'GET', path: '/[type]/[id]/_history', interaction: 'history-instance', run: instanceHistory(deps) },
    { method: 'GET', path: '/[type]/[id]/_history/[vid]', interaction: 'vread', run: vread(deps) },
    { method: 'GET', path: '/[compartment]/[owner]/*', interaction: 'search-compartment', run: find },
    { method: 'POST', path: '/[compartment]/[owner]/*/_search', interaction: 'search-compartment', run: find },
    { method: 'GET', path: '/[compartment]/[owner]/[type]', interaction: 'search-compartment', run: find },
    { method: 'POST', path: '/[compartment]/[owner]/[type]/_search', interaction: 'search-compartment', run: find },
  ];
  return table;
}

function bound(interaction: string, run: Interaction): Interaction {
  return async (request) => {
    refuseForeignConditions(request.conditions, interaction);
    return run(request);
  };
}

const refuseWrite: Interaction = async () => {
  throw new FhirError('forbidden', 'This server is read-only (READ_ONLY), so nothing can be created, updated or deleted.');
};
