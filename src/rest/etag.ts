/** Version ETags and what requests say with them (https://hl7.org/fhir/R4/http.html#versioning, RFC 7232). */
import { FhirError } from '../fhir/error.ts';
import type { Conditions } from '../fhir/request.ts';

/** The tag of a version: weak, since it names the version and not the bytes. */
export function etag(versionId: number): string {
  return `W/"${versionId}"`;
}

const TAG = /^(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"$/;

/**
 * What stands between the quotes of each tag of a list (`W/"3"`, `"3"`, `W/"3", W/"4"`), or `*`.
 * @throws FhirError `invalid` for anything else
 */
export function parseTags(header: string, name: string): readonly string[] | '*' {
  if (header.trim() === '*') return '*';
  return header.split(',').map((part) => {
    const tag = TAG.exec(part.trim())?.[1];
    if (tag === undefined) throw new FhirError('invalid', `The header ${name} must hold version tags such as W/"3", a list of them, or *.`);
    return tag;
  });
}

/** The versions that If-Match binds a write to. A tag that is no version of this server fits none. */
export function ifMatch({ ifMatch: header }: Conditions): readonly number[] | '*' | undefined {
  if (header === undefined) return undefined;
  const tags = parseTags(header, 'If-Match');
  return tags === '*' ? '*' : tags.filter((tag) => /^[1-9]\d{0,14}$/.test(tag)).map(Number);
}

/** The conditions that a write looks at. */
const TAKEN: Readonly<Record<string, readonly (keyof Conditions)[]>> = {
  create: ['ifNoneExist'],
  update: ['ifMatch', 'ifNoneMatch'],
  patch: ['ifMatch'],
  delete: ['ifMatch'],
};
const BINDING = { ifMatch: 'If-Match', ifNoneMatch: 'If-None-Match', ifNoneExist: 'If-None-Exist' } as const;

/** A condition that a write does not look at is refused: dropped, it would bind nothing. @throws FhirError `not-supported` */
export function refuseForeignConditions(conditions: Conditions, interaction: string): void {
  const taken = TAKEN[interaction];
  const names = ['ifMatch', 'ifNoneMatch', 'ifNoneExist'] as const;
  const foreign = taken && names.find((name) => conditions[name] !== undefined && !taken.includes(name));
  if (!foreign) return;
  const known = taken.map((name) => BINDING[name as keyof typeof BINDING]).join(' and ');
  throw new FhirError('not-supported', `${BINDING[foreign]} does not bind a ${interaction}, only ${known} does; leave it out.`);
}

/** If-None-Match of an update: only `*`, "create, do not replace". @throws FhirError `invalid` */
export function ifNoneMatch({ ifNoneMatch: header }: Conditions): '*' | undefined {
  if (header === undefined) return undefined;
  if (parseTags(header, 'If-None-Match') === '*') return '*';
  throw new FhirError('invalid', 'If-None-Match of an update takes only *; to bind an update to a version, use If-Match.');
}

const HTTP_DATE =
  /^(?:[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT|[A-Z][a-z]+, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT)$/;

/**
 * Whether the caller has this already (304): If-None-Match decides where it is given, else If-Modified-Since by whole
 * seconds (https://hl7.org/fhir/R4/http.html#cread). A date that is none is ignored, as RFC 7232 demands.
 */
export function isUnchanged(conditions: Conditions, tag: string, lastUpdated?: string): boolean {
  if (conditions.ifNoneMatch !== undefined) {
    const tags = parseTags(conditions.ifNoneMatch, 'If-None-Match');
    return tags === '*' || tags.includes(TAG.exec(tag)?.[1] ?? tag);
  }
  const since = conditions.ifModifiedSince?.trim() ?? '';
  if (lastUpdated === undefined || !HTTP_DATE.test(since)) return false;
  return Math.floor(Date.parse(lastUpdated) / 1000) <= Math.floor(Date.parse(since) / 1000);
}
