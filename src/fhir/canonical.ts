/** A canonical reference taken apart: `url|version#fragment` (https://hl7.org/fhir/R4/references.html#canonical). */
export interface Canonical {
  readonly url: string;
  readonly version?: string;
  readonly fragment?: string;
}

export function parseCanonical(text: string): Canonical {
  const hash = text.indexOf('#');
  const fragment = hash < 0 ? undefined : text.slice(hash + 1);
  const main = hash < 0 ? text : text.slice(0, hash);
  const bar = main.indexOf('|');
  const version = bar < 0 ? '' : main.slice(bar + 1);
  return {
    url: bar < 0 ? main : main.slice(0, bar),
    ...(version && { version }),
    ...(fragment && { fragment }),
  };
}

/** `url|version`, or the url alone where there is no version. */
export function formatCanonical(url: string, version: string | undefined): string {
  return version ? `${url}|${version}` : url;
}
