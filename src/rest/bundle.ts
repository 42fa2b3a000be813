/**
 * Bundles put together from stored bytes, without reading them (https://hl7.org/fhir/R4/bundle.html).
 */
export interface BundleHead {
  readonly type: 'searchset' | 'history' | 'batch-response' | 'transaction-response';
  /** ISO instant. */
  readonly lastUpdated: string;
  readonly total?: number;
  readonly links: readonly BundleLink[];
}

export interface BundleLink {
  readonly relation: 'self' | 'next';
  readonly url: string;
}

export interface BundleEntry {
  readonly fullUrl?: string;
  /** UTF-8 JSON of the resource. */
  readonly json?: Buffer;
  /** The members behind the resource: `search`, or `request` and `response`. */
  readonly facts: object;
}

/** UTF-8 JSON of the Bundle. */
export function bundleText({ type, lastUpdated, total, links }: BundleHead, entries: readonly BundleEntry[]): Buffer {
  const head = JSON.stringify({ resourceType: 'Bundle', meta: { lastUpdated }, type, total, ...(links.length > 0 && { link: links }) });
  if (entries.length === 0) return Buffer.from(head, 'utf8');
  const pieces: Buffer[] = [Buffer.from(`${head.slice(0, -1)},"entry":[`, 'utf8')];
  entries.forEach((entry, index) => {
    pieces.push(...entryText(entry, index === 0 ? '' : ','));
  });
  pieces.push(Buffer.from(']}', 'utf8'));
  return Buffer.concat(pieces);
}

function entryText({ fullUrl, json, facts }: BundleEntry, comma: string): readonly Buffer[] {
  const before = fullUrl === undefined ? `${comma}{` : `${comma}{"fullUrl":${JSON.stringify(fullUrl)}`;
  const behind = JSON.stringify(facts).slice(1);
  const rest = behind === '}' ? behind : `${fullUrl === undefined && !json ? '' : ','}${behind}`;
  if (!json) return [Buffer.from(before + rest, 'utf8')];
  return [Buffer.from(`${before}${fullUrl === undefined ? '' : ','}"resource":`, 'utf8'), json, Buffer.from(rest, 'utf8')];
}
