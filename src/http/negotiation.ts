/** Which media type an answer has (https://hl7.org/fhir/R4/http.html#mime-type, #version-parameter). */
import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';
import { FhirError } from '../fhir/error.ts';
import type { QueryParameters } from '../fhir/request.ts';

/** Names of JSON that are answered under the very name that was asked for, the one preferred by FHIR first. */
const OFFERED = ['application/fhir+json', 'application/json', 'text/json'];
const FORMATS: Readonly<Record<string, string>> = {
  json: 'application/fhir+json',
  'application/fhir+json': 'application/fhir+json',
  'application/fhir json': 'application/fhir+json', // its + came as a space
  'application/json': 'application/json',
  'text/json': 'text/json',
};
const FHIR_VERSION = /;\s*fhirVersion\s*=\s*"?([^";,\s]*)"?/gi;

/** What an Accept header comes to. */
interface Accepted {
  /** Absent: nothing that is offered. */
  readonly mediaType?: string;
  /** FHIR versions that it names. */
  readonly versions: readonly string[];
}

/** Callers repeat the same few headers. */
const accepted = new LRUCache<string, Accepted>({ max: 500 });

export interface Rendering {
  readonly mediaType: string;
  /** Indented for a reader. */
  readonly pretty: boolean;
}

/**
 * How the answer is written, from `_pretty`, `_format` or else Accept.
 * @param contentType - of the body: its `fhirVersion` must not contradict that of Accept
 * @throws FhirError `not-acceptable`, or `invalid` where a parameter is wrong or two versions of FHIR are named
 */
export function negotiate(accept: string | undefined, query: QueryParameters, contentType: string | undefined): Rendering {
  const found = readAccept(accept || '*/*');
  const bodyVersion = contentType === undefined ? undefined : versionsOf(contentType)[0];
  if (bodyVersion !== undefined && found.versions.length > 0 && !found.versions.includes(bodyVersion)) {
    throw new FhirError('invalid', 'Accept and Content-Type name two different versions in fhirVersion; this server speaks 4.0.');
  }
  const mediaType = formatOf(query) ?? found.mediaType;
  if (mediaType) return { mediaType, pretty: isPretty(query) };
  throw new FhirError(
    'not-acceptable',
    `Accept names nothing that is offered: this server answers in ${OFFERED.join(', ')}, of FHIR version 4.0.`,
  );
}

function isPretty(query: QueryParameters): boolean {
  const value = query.find(([name, text]) => name === '_pretty' && text)?.[1];
  if (value === undefined || value === 'true' || value === 'false') return value === 'true';
  throw new FhirError('invalid', 'The parameter _pretty takes true or false.');
}

/** Whether a body of this Content-Type is of the version of FHIR that is spoken here. */
export function isOurVersion(contentType: string): boolean {
  return versionsOf(contentType).every((version) => version === '4.0');
}

function formatOf(query: QueryParameters): string | undefined {
  const value = query.find(([name, text]) => name === '_format' && text)?.[1];
  if (value === undefined) return undefined;
  const [type = '', ...parameters] = value.split(';');
  const name = type.trim().toLowerCase();
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (format && isOurVersion(['', ...parameters].join(';'))) return format;
  throw new FhirError(
    'not-acceptable',
    'The parameter _format names a format that is not offered: this server answers in json (FHIR 4.0).',
  );
}

function readAccept(header: string): Accepted {
  const known = accepted.get(header);
  if (known) return known;
  const ranges = header.split(',').filter(isOurVersion);
  const plain = ranges.map((range) => range.replace(FHIR_VERSION, '').replace(/;\s*charset\s*=\s*"?[^";,\s]*"?/gi, '')).join(',');
  const [mediaType] = plain ? new Negotiator({ headers: { accept: plain } }).mediaTypes(OFFERED) : [];
  const found = { ...(mediaType && { mediaType }), versions: versionsOf(header) };
  accepted.set(header, found);
  return found;
}

/** The versions named, in the form major.minor. */
function versionsOf(header: string): readonly string[] {
  return [...header.matchAll(FHIR_VERSION)].map(([, version = '']) => version.replace(/^(\d+\.\d+)\.\d+$/, '$1'));
}
