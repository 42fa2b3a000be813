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
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new FhirError('unsupported-media', 'The body is compressed (Content-Encoding); send it as it is.');
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

function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge(limit));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) {
        chunks.push(chunk);
        return;
      }
      request.off('data', take);
      chunks.length = 0;
      reject(tooLarge(limit));
      request.resume(); // what still comes is thrown away, so that the caller can finish sending and read the answer
    };
    request.on('data', take);
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.once('error', () => reject(new FhirError('structure', 'The body ended before its announced length.')));
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
