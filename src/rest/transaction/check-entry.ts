import { FhirError } from '../../fhir/error.ts';
import type { FhirRequest } from '../../fhir/request.ts';
import { addressOf, typeOf } from '../address.ts';
import { bundledBody } from '../body.ts';
import type { RestDeps } from '../deps.ts';
import { refuseForeignConditions } from '../etag.ts';
import { takeOnly } from '../query-parameters.ts';
import { withTargets } from '../search-references.ts';
import type { CheckedEntry } from './deeds.ts';
import type { Entry } from './entries.ts';

/** Looks at an entry by itself, as the single interaction would. @throws FhirError */
export async function checkEntry({ check, operations }: Pick<RestDeps, 'check' | 'operations'>, entry: Entry): Promise<CheckedEntry> {
  const { request, route } = entry;
  const type = () => typeOf(request);
  refuseForeignConditions(request.conditions, route.interaction);
  switch (route.interaction) {
    case 'create': {
      takeOnly(request, 'create');
      const body = bundledBody(request, { type: type() });
      const { id: _theirs, ...own } = body.value;
      return { ...entry, body, issues: await check(withTargets(own), request) };
    }
    case 'update': {
      const body = bundledBody(request, isConditional(request) ? { type: type() } : plainAddress(request));
      return { ...entry, body, issues: await check(withTargets(body.value), request) };
    }
    case 'patch':
    case 'delete':
      if (!isConditional(request)) takeOnly(request, route.interaction);
      return { ...entry, issues: [] };
    case 'operation':
      if (changesState(entry, operations))
        throw new FhirError(
          'not-supported',
          'An operation that changes what is stored cannot be part of a transaction; send it alone or in a batch.',
        );
      return { ...entry, issues: [] };
    default:
      return { ...entry, issues: [] };
  }
}

/** Whether criteria stand in place of the id. */
export function isConditional({ id }: FhirRequest): boolean {
  return id === undefined;
}

function plainAddress(request: FhirRequest): ReturnType<typeof addressOf> {
  takeOnly(request, 'update');
  return addressOf(request, 'invalid');
}

function changesState({ route }: Entry, operations: RestDeps['operations']): boolean {
  const code = route.path.slice(route.path.indexOf('$') + 1);
  return operations.some(({ definition }) => definition.code === code && definition.affectsState !== false);
}
