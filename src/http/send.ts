import type { ServerResponse } from 'node:http';
import { COMPRESSED_FROM, type Compressor, type Encoding, encodingFor } from './compression.ts';

/**
 * Writes the bytes of an answer whose status and headers are set, compressed where that was asked for.
 * Does nothing where the answer has begun already (its time was up, or the caller hung up).
 * @param stored - type, id and version where the bytes are those of a stored version
 */
export type Send = (response: ServerResponse, bytes: Buffer, stored?: string) => void;

export function createSend(compressor: Compressor): Send {
  return (response, bytes, stored) => {
    if (response.headersSent) return;
    const encoding = bytes.length > COMPRESSED_FROM ? encodingFor(header(response)) : undefined;
    if (!encoding) return end(response, bytes);
    const copy = stored === undefined ? undefined : compressor.kept(encoding, stored);
    if (copy) return end(response, copy, encoding);
    compressor.compress(encoding, bytes, stored).then(
      (packed) => end(response, packed, encoding),
      () => end(response, bytes),
    );
  };
}

function header(response: ServerResponse): string | undefined {
  const value = response.req.headers['accept-encoding'];
  return typeof value === 'string' ? value : undefined;
}

function end(response: ServerResponse, bytes: Buffer, encoding?: Encoding): void {
  if (response.headersSent) return;
  if (encoding) response.setHeader('Content-Encoding', encoding);
  response.setHeader('Content-Length', bytes.length);
  response.end(bytes);
}

/** Adds names to the header Vary. */
export function vary(response: ServerResponse, names: string): void {
  const before = response.getHeader('Vary');
  response.setHeader('Vary', before ? `${before}, ${names}` : names);
}
