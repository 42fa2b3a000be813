/**
 * Answers over 1 kB leave compressed when the caller can read that (RFC 9110, 12.5.3). Compressing costs far more than reading
 * from the store, so the compressed copy of a stored version is made once, off the main thread, and kept within a bound.
 */
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { LRUCache } from 'lru-cache';

export type Encoding = 'br' | 'gzip';

/** Bytes from which on compressing pays. */
export const COMPRESSED_FROM = 1024;
/** Bytes of compressed copies that are kept. */
const KEPT = 64_000_000;

export interface Compressor {
  /** The copy kept of a stored version, if there is one. */
  kept(encoding: Encoding, stored: string): Buffer | undefined;
  /** @param stored - type, id and version where the bytes are those of a stored version: the copy is kept */
  compress(encoding: Encoding, bytes: Buffer, stored?: string): Promise<Buffer>;
}

export function createCompressor(): Compressor {
  const copies = new LRUCache<string, Buffer>({ maxSize: KEPT, sizeCalculation: (copy, key) => copy.length + key.length });
  return {
    kept: (encoding, stored) => copies.get(`${encoding} ${stored}`),
    async compress(encoding, bytes, stored) {
      const copy = await pack[encoding](bytes);
      if (stored !== undefined) copies.set(`${encoding} ${stored}`, copy);
      return copy;
    },
  };
}

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);
const pack: Readonly<Record<Encoding, (bytes: Buffer) => Promise<Buffer>>> = {
  br: (bytes) => brotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
  gzip: (bytes) => zip(bytes, { level: 6 }),
};

/** The encoding to use for an Accept-Encoding header; undefined = none. */
export function encodingFor(header: string | undefined): Encoding | undefined {
  if (!header) return undefined;
  const weights = new Map(header.split(',').map(weigh));
  return (['br', 'gzip'] as const).find((encoding) => (weights.get(encoding) ?? weights.get('*') ?? 0) > 0);
}

function weigh(part: string): readonly [string, number] {
  const [name = '', ...parameters] = part.split(';');
  const weight = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/i.exec(parameter)?.[1]).find((q) => q !== undefined);
  return [name.trim().toLowerCase(), weight === undefined ? 1 : Number(weight)];
}
