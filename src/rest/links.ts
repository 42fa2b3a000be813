import type { QueryParameters } from '../fhir/request.ts';

/** An absolute address with its query; what is legal in a query stays readable. */
export function addressWith(url: string, query: QueryParameters): string {
  if (query.length === 0) return url;
  return `${url}?${query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')}`;
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/%(3A|2C|2F|24|40)/g, (code) => decodeURIComponent(code));
}
