/** The objects of a list that a client sent; whatever else it holds, or is, says nothing. */
export function objectsIn<T extends object>(value: readonly T[] | undefined): readonly T[] {
  if (!Array.isArray(value)) return [];
  return value.every(isObject) ? value : value.filter(isObject);
}

/** Whether it is a list and holds nothing but objects. */
export function isObjectList(value: unknown): value is readonly object[] {
  return Array.isArray(value) && value.every(isObject);
}

export function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
