/** What becomes of a row, given its file or the absence of one. */
import { type LosslessObject, parseJson, stringifyLossless } from '../fhir/json.ts';
import type { Version } from '../storage/store.ts';
import type { ContentFile } from './read.ts';

export type Decision =
  /** The row has the file's content, or is gone as the file is. */
  | { readonly kind: 'unchanged' }
  /** The row, or its deletion, was written over REST and wins, whether or not there is still a file. */
  | { readonly kind: 'kept'; readonly deleted: boolean; readonly versionId: number }
  /** The file is written; `over`: the version that it follows, absent where there is none or it is a deletion. */
  | { readonly kind: 'write'; readonly over?: number }
  /** The file is gone and nobody edited the row. */
  | { readonly kind: 'delete'; readonly over: number }
  /** A released version would change. */
  | { readonly kind: 'fault'; readonly sentence: string };

/**
 * A draft follows its file unless it was edited over REST (its current version has no origin). A released
 * url|version never changes, but it can be retired, by its file or over REST: https://hl7.org/fhir/R4/lifecycle.html.
 * @param current the current version; a deletion is a version without json
 * @param before the version before a deletion
 */
export function decide(file: ContentFile, current: Version | undefined, before?: Version): Decision {
  if (!current) return { kind: 'write' };
  const stored = content(current) ?? content(before);
  const same = current.origin?.hash === file.hash || (stored !== undefined && sameContent(file, stored));
  if (same && current.json) return { kind: 'unchanged' };
  const isBound = current.origin || isReleased(file.resource);
  if (!same && stored && isBound && sameRelease(file, stored) && !isRetirement(file, stored, current)) {
    return { kind: 'fault', sentence: releaseFault(file, current) };
  }
  if (!current.origin) return { kind: 'kept', deleted: !current.json, versionId: current.versionId };
  return current.json ? { kind: 'write', over: current.versionId } : { kind: 'write' };
}

/** The fault of a file that would write a release anew which the row had before and has left behind. @param earlier a version of the row */
export function earlierRelease(file: ContentFile, earlier: Version): Decision | undefined {
  const stored = content(earlier);
  if (!stored || !sameRelease(file, stored) || sameContent(file, stored) || isRetiredBy(file, stored)) return undefined;
  return { kind: 'fault', sentence: releaseFault(file, earlier) };
}

export function content(version: Version | undefined): LosslessObject | undefined {
  return version?.json ? (parseJson(version.json.toString('utf8')).lossless() as LosslessObject) : undefined;
}

function sameContent(file: ContentFile, stored: LosslessObject): boolean {
  const own = parseJson(file.text).lossless() as LosslessObject;
  return stringifyLossless(bare(own)) === stringifyLossless(bare(stored));
}

/** Without what the server sets. */
export function bare({ meta, ...resource }: LosslessObject): LosslessObject {
  const { versionId, lastUpdated, ...rest } = (meta ?? {}) as LosslessObject;
  return Object.keys(rest).length ? { ...resource, meta: rest } : resource;
}

/** Whether the stored row is released under the url and version of the file. */
function sameRelease(file: ContentFile, stored: LosslessObject): boolean {
  const { url, version } = file.resource as { url?: string; version?: string };
  return url !== undefined && isReleased(stored) && stored.url === url && stored.version === version;
}

/** The file retires the row, or somebody has retired the row over REST: both are left as they are otherwise. */
function isRetirement(file: ContentFile, stored: LosslessObject, { origin }: Version): boolean {
  return isRetiredBy(file, stored) || (!origin && stored.status === 'retired' && sameButForRetiring(file, stored));
}

function isRetiredBy(file: ContentFile, stored: LosslessObject): boolean {
  const { status } = file.resource as { status?: unknown };
  return status === 'retired' && stored.status === 'active' && sameButForRetiring(file, stored);
}

function sameButForRetiring(file: ContentFile, stored: LosslessObject): boolean {
  const lasting = ({ status, date, text, meta, ...resource }: LosslessObject) => stringifyLossless(resource);
  return lasting(parseJson(file.text).lossless() as LosslessObject) === lasting(stored);
}

export function isReleased(resource: object): boolean {
  const { status } = resource as { status?: unknown };
  return status === 'active' || status === 'retired';
}

export function releaseFault({ path, type, resource }: ContentFile, { versionId }: Pick<Version, 'versionId'>): string {
  const { url, version } = resource as { url?: string; version?: string };
  const name = `${url}${version ? `|${version}` : ''}`;
  return `${path} differs from the ${type} ${name} that is stored and released (version ${versionId} of the row); a released version never changes: raise its version.`;
}
