import type { Fetch } from '../fhir/fetch.ts';
import type { FhirResource } from '../fhir/types.ts';
import type { CdsRequest } from './request.ts';

/** The client's FHIR server, where it may be read from. */
export interface Ehr {
  /** Reads `Type/id`, `Type?query` or an absolute URL of the same origin; undefined where that cannot be had. */
  read(address: string): Promise<FhirResource | undefined>;
}

/** Milliseconds for all that one call reads; a single request has its own bound, but pages follow pages. */
const PATIENCE = 15_000;
/** In the list of allowed servers: any port of this machine. */
const LOOPBACK = 'loopback';

/**
 * @param allowed - origins (`https://ehr.example.org`), compared as parsed, so that no spelling of an address slips through; or `loopback`
 * @param clock - milliseconds from some point on
 * @returns undefined where the call names no server, or one that is not allowed
 */
export function ehrOf(
  { fhirServer, accessToken }: CdsRequest,
  allowed: readonly string[],
  fetch: Fetch,
  clock = () => performance.now(),
): Ehr | undefined {
  const base = fhirServer === undefined ? undefined : parse(`${fhirServer}/`);
  if (!base || !isAllowed(base, allowed)) return undefined;
  const latest = clock() + PATIENCE;
  return {
    read: async (address) => {
      const url = parse(address, base);
      if (clock() > latest || url?.origin !== base.origin || url.username || url.password) return undefined;
      try {
        return await fetch(url.href, accessToken);
      } catch {
        return undefined; // why it failed is the EHR's affair; that it failed is said on the card
      }
    },
  };
}

function isAllowed(base: URL, allowed: readonly string[]): boolean {
  if (base.username || base.password || base.search || base.hash) return false;
  if (allowed.includes(LOOPBACK) && isLoopback(base.hostname)) return true;
  return allowed.some((origin) => origin !== LOOPBACK && parse(origin)?.origin === base.origin);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function parse(text: string, base?: URL): URL | undefined {
  const url = URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
  return url && /^https?:$/.test(url.protocol) ? url : undefined;
}
