/** The body of a request: bytes with their limit, then text, then what its media type says (https://hl7.org/fhir/R4/http.html#mime-type). */
import type { IncomingMessage } from 'node:http';
import contentTypes from 'content-type';
import { FhirError } from '../fhir/error.ts';
import { isOurVersion } from './negotiation.ts';

/** What a route takes. */
export interface BodyRules {
  /** Bytes. */
  readonly limit: number;
  readonly mediaTypes: readonly string[];
  /** For the header Accept-Patch of a refusal. */
  readonly patch?: boolean;
}

/** A body that is not empty. */
export interface TextBody {
  /** Media type without parameters, lower case. */
  readonly contentType: string;
  readonly text: string;
}

/**
 * The body's text; undefined where there is none.
 * @throws FhirError `too-large`, `unsupported-media`, or `structure` where the bytes are not UTF-8
 */
export async function readBody(request: IncomingMessage, rules: BodyRules): Promise<TextBody | undefined> {
  const { headers } = request;
  if (headers['transfer-encoding'] === undefined && !Number(headers['content-length'] ?? 0)) return undefined;
  const contentType = checkType(headers['content-type'], rules);
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') {
    const fault = { headers: { 'Accept-Encoding': 'identity' } };
    throw new FhirError('unsupported-media', 'The body is compressed (Content-Encoding); send it as it is.', fault);
  }
  const bytes = await readBytes(request, rules.limit);
  return bytes.length === 0 ? undefined : { contentType, text: decode(bytes) };
}

function checkType(header: string | undefined, rules: BodyRules): string {
  const { type, parameters } = parseType(header ?? '');
  if (!rules.mediaTypes.includes(type) || !isOurVersion(header ?? '')) throw refusedType(rules);
  const charset = parameters.charset?.toLowerCase() ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8') throw new FhirError('unsupported-media', 'The charset of the body must be utf-8.');
  return type;
}

function parseType(header: string): { readonly type: string; readonly parameters: Readonly<Record<string, string>> } {
  try {
    return contentTypes.parse(header);
  } catch {
    return { type: '', parameters: {} };
  }
}

function refusedType({ mediaTypes, patch }: BodyRules): FhirError {
  const types = mediaTypes.join(', ');
  const message = `The Content-Type of the body is not one that is taken here: send ${types}, of FHIR version 4.0.`;
  return new FhirError('unsupported-media', message, { headers: patch ? { 'Accept-Patch': types } : { Accept: types } });
}

/** Milliseconds that the rest of a body is listened to, and thrown away: many callers read no answer before they have sent all. */
const PATIENCE = 2000;

function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const announced = Number(request.headers['content-length'] ?? 0);
    const chunks: Buffer[] = [];
    let size = 0;
    let timer: NodeJS.Timeout | undefined;
    const isTooLarge = () => Math.max(size, announced) > limit;
    const refuse = () => reject(tooLarge(limit));
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (!isTooLarge()) return chunks.push(chunk);
      chunks.length = 0;
      timer ??= setTimeout(refuse, PATIENCE);
    });
    request.once('end', () => {
      clearTimeout(timer);
      if (isTooLarge()) refuse();
      else resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    });
    request.once('error', () => {
      clearTimeout(timer);
      reject(new FhirError('structure', 'The body ended before its announced length.'));
    });
  });
}

function tooLarge(limit: number): FhirError {
  return new FhirError('too-large', `The body is larger than ${limit} bytes, the limit here; send less at once.`);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new FhirError('structure', 'The body is not UTF-8; send JSON of FHIR in that encoding.');
  }
}
