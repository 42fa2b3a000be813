import { isId } from './id.ts';
import { isResourceType } from './resource-types.ts';
import type { ResourceType } from './types.ts';

/** A literal reference taken apart (https://hl7.org/fhir/R4/references.html#literal). */
export interface LiteralReference {
  readonly type: ResourceType;
  readonly id: string;
  readonly versionId?: string;
  /** Base of an absolute reference, without trailing slash; absent where the reference is relative. */
  readonly base?: string;
}

/** The parts of `Type/id`, `Type/id/_history/v` or an absolute URL that ends so; undefined for everything else. */
export function parseReference(text: string): LiteralReference | undefined {
  const parts = text.split('/');
  const versioned = parts.at(-2) === '_history';
  const versionId = versioned ? parts.at(-1) : undefined;
  const path = versioned ? parts.slice(0, -2) : parts;
  const id = path.at(-1) ?? '';
  const type = path.at(-2) ?? '';
  if (!isResourceType(type) || !isId(id) || (versionId !== undefined && !isId(versionId))) return undefined;
  const base = path.slice(0, -2).join('/');
  if (path.length > 2 && !/^https?:\/\/./.test(base)) return undefined;
  return { type, id, ...(versionId && { versionId }), ...(base && { base }) };
}

/** The same reference relative to this server, where it is absolute on the server's own base (http and https alike). */
export function localReference(text: string, baseUrl: string): string {
  const bare = (url: string) => url.replace(/^https?:\/\//, '');
  const base = `${bare(baseUrl)}/`;
  const isUrl = /^https?:\/\//.test(text);
  return isUrl && bare(text).startsWith(base) ? bare(text).slice(base.length) : text;
}
