/** https://hl7.org/fhir/R4/http.html#patch, conditional: https://hl7.org/fhir/R4/http.html#patch (PATCH [type]?query) */
import { FhirError } from '../fhir/error.ts';
import type { FhirRequest, FhirResponse, Interaction } from '../fhir/request.ts';
import { change } from '../storage/change.ts';
import type { Expectation, Version } from '../storage/store.ts';
import { addressOf, gone, typeOf, unknown } from './address.ts';
import { addressCriteria, match, untilHeld } from './criteria.ts';
import type { RestDeps } from './deps.ts';
import { ifMatch } from './etag.ts';
import { patched, unfitResult } from './patched.ts';
import { writeAnswer } from './prefer.ts';
import { takeOnly } from './query-parameters.ts';
import { refuseSearchReferences } from './search-references.ts';
import { writeOne } from './write.ts';

export function patch(deps: RestDeps): Interaction {
  return async (request) => {
    const address = addressOf(request);
    takeOnly(request, 'patch');
    return untilHeld(async () => {
      const version = await deps.store.read(address.type, address.id);
      if (!version) throw unknown(address);
      if (!version.json) throw gone(version);
      return patchVersion(deps, request, version);
    });
  };
}

export function conditionalPatch(deps: RestDeps): Interaction {
  return async (request) => {
    const type = typeOf(request);
    const criteria = addressCriteria(request);
    return untilHeld(async () => {
      const { version, expectation } = await match(deps, request, type, criteria);
      if (!version) throw new FhirError('not-found', `The criteria find no ${type} to patch.`);
      return patchVersion(deps, request, version, [expectation]);
    });
  };
}

/** Patches what was read and writes it only if it is still current: a patch must not undo what came in between. */
async function patchVersion(
  deps: RestDeps,
  request: FhirRequest,
  version: Version,
  expectations: readonly Expectation[] = [],
): Promise<FhirResponse> {
  const bound = ifMatch(request.conditions);
  if (bound !== undefined && bound !== '*' && !bound.includes(version.versionId)) {
    throw new FhirError(
      'stale',
      `The current version of ${version.type}/${version.id} is ${version.versionId}, which If-Match does not name; read it again.`,
    );
  }
  const { resource, value } = patched(request, version, deps.core);
  refuseSearchReferences({ text: JSON.stringify(value), value });
  const issues = await deps.check(value, request).catch(unfitResult);
  const writing = { kind: 'update', method: 'PATCH', id: version.id, resource, value, ifMatch: [version.versionId] } as const;
  const written = await writeOne(deps, change(writing, deps.parameters()), expectations).catch(meanwhile);
  return writeAnswer(request, 200, written.version, `${version.type}/${version.id} was patched.`, issues);
}

/** Another write came in between: the patch is tried on its result. */
function meanwhile(error: unknown): never {
  if (error instanceof FhirError && error.kind === 'stale') throw new FhirError('conflict', error.message);
  throw error;
}
