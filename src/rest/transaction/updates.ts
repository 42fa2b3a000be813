/**
 * Third step of a transaction: PUT and PATCH (https://hl7.org/fhir/R4/http.html#update, #cond-update, #patch). Criteria see what
 * is stored, without what the Bundle deletes, and what it creates; not what other updates of the same step make of it.
 */
import { FhirError } from '../../fhir/error.ts';
import { isId, newId } from '../../fhir/id.ts';
import type { Version } from '../../storage/store.ts';
import { addressOf, gone, typeOf, unknown } from '../address.ts';
import { addressCriteria, ambiguous } from '../criteria.ts';
import { ifNoneMatch } from '../etag.ts';
import { patched, unfitResult } from '../patched.ts';
import { withTargets } from '../search-references.ts';
import type { Bundled } from './bundled.ts';
import { isConditional } from './check-entry.ts';
import { boundNow, boundTo } from './conditions.ts';
import { type CheckedEntry, nameOf, type Writing, writing } from './deeds.ts';
import { type Parts, remaining } from './findings.ts';

/** @param made - by the second step */
export async function update(parts: Parts, entry: CheckedEntry, made: Bundled): Promise<Writing> {
  const { request, route } = entry;
  if (isConditional(request)) {
    const version = await only(parts, entry, made);
    return route.interaction === 'patch' ? patching(parts, entry, version) : replacing(parts, entry, version);
  }
  if (route.interaction === 'update') {
    const address = addressOf(request, 'invalid');
    return writing(entry, 'PUT', address, await boundNow(parts.deps.store, request, address));
  }
  const address = addressOf(request);
  const version = await parts.deps.store.read(address.type, address.id);
  if (!version) throw unknown(address);
  if (!version.json) throw gone(version);
  return patching(parts, entry, version);
}

/** What the criteria of an entry find. @throws FhirError `ambiguous`, or `invalid` where it is what another entry creates */
async function only({ findings, deleted }: Parts, { request }: CheckedEntry, made: Bundled): Promise<Version | undefined> {
  const type = typeOf(request);
  const finding = await findings.ask(type, addressCriteria(request));
  const stored = remaining(finding, deleted);
  const others = made.fitting(type, finding.where);
  const [other] = others;
  if (stored.length + others.length > 1) throw ambiguous(type);
  if (other) {
    const sentence = `The criteria find the ${type} that entry ${other.entry.index} creates; a transaction writes each resource once.`;
    throw new FhirError('invalid', sentence);
  }
  return stored[0];
}

async function replacing({ deps, deleted }: Parts, entry: CheckedEntry, version: Version | undefined): Promise<Writing> {
  const { request, body } = entry;
  const type = typeOf(request);
  const bound = boundTo(request, version, version ? nameOf(version) : `A ${type} that fits the criteria`);
  const own = body?.value.id;
  const onlyNew = ifNoneMatch(request.conditions) !== undefined;
  if (version) {
    if (onlyNew) throw new FhirError('stale', `The criteria find ${nameOf(version)}; ifNoneMatch * forbids that.`);
    if (own === undefined || own === version.id) return writing(entry, 'PUT', { type, id: version.id }, bound);
    const sentence = `The criteria find ${nameOf(version)}, but the resource has another id; leave the id out, or correct the criteria.`;
    throw new FhirError('invalid', sentence, { expression: `${type}.id` });
  }
  const id = own ?? newId();
  if (typeof id !== 'string' || !isId(id))
    throw new FhirError('invalid', 'The id of the resource is not one of FHIR: 1 to 64 letters, digits, "-" and ".".', {
      expression: `${type}.id`,
    });
  // what the Bundle deletes is told as an overlap, once all identities are known
  if (own !== undefined && !deleted.has(nameOf({ type, id })) && (await deps.store.read(type, id))?.json) {
    throw new FhirError('conflict', `${type}/${id} exists, but the criteria do not find it; correct the criteria, or update it by its id.`);
  }
  return writing(entry, 'PUT', { type, id }, { ifNoneMatch: '*' });
}

/** Bound to the version that was read: a patch must not undo what came in between. */
async function patching({ deps }: Parts, entry: CheckedEntry, version: Version | undefined): Promise<Writing> {
  const { request } = entry;
  if (!version) throw new FhirError('not-found', `The criteria find no ${typeOf(request)} to patch.`);
  boundTo(request, version, nameOf(version));
  const { resource, value } = patched(request, version, deps.core);
  const issues = await deps.check(withTargets(value), request).catch(unfitResult);
  const { type, id, versionId } = version;
  return { kind: 'write', entry, method: 'PATCH', target: { type, id }, resource, value, bound: { ifMatch: [versionId] }, issues };
}
