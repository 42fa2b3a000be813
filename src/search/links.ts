/**
 * How references and what they lead to find each other, for chains and `_has`: a row refers to another by a parameter when it
 * has one of the keys that `linkKeys` gives for the other.
 */
import type { ResourceType } from '../fhir/types.ts';
import { SEPARATOR } from './entries.ts';

/** What can be referred to. */
export interface Target {
  readonly type: ResourceType;
  readonly id: string;
  readonly entries: { readonly keys: readonly string[] };
}

/**
 * Keys of a parameter that refer to a resource: by its address, by `url|version`, and by `url|` (its url without a version).
 * Each is the parameter, the separator and one of the resource's link values.
 */
export function linkKeys(parameter: string, target: Target): readonly string[] {
  return linkValues(target).map((value) => `${parameter}${SEPARATOR}${value}`);
}

/** What stands behind the separator in keys that refer to a resource. */
export function linkValues({ type, id, entries }: Target): readonly string[] {
  return [`${type}/${id}`, ...entries.keys.flatMap(canonicalValue)];
}

const URL = `url${SEPARATOR}`;

/** `url␟U` gives `U|`, `url␟U|V` gives `U|V`. */
function canonicalValue(key: string): readonly string[] {
  if (!key.startsWith(URL)) return [];
  const value = key.slice(URL.length);
  return [value.includes('|') ? value : `${value}|`];
}
