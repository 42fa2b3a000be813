/**
 * Instants of queries against times in milliseconds. An instant may be finer than a millisecond; a stored time never is,
 * so each comparison is made with the millisecond below or above it.
 */
const INSTANT = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,3})(\d*))?Z$/;

/** The last millisecond at or before an ISO instant in UTC; NaN where the text is none. */
export function floorMilliseconds(text: string): number {
  const [, seconds, fraction = ''] = INSTANT.exec(text) ?? [];
  return Date.parse(`${seconds}.${fraction.padEnd(3, '0')}Z`);
}

/** The first millisecond at or after an ISO instant in UTC; NaN where the text is none. */
export function ceilMilliseconds(text: string): number {
  const finer = INSTANT.exec(text)?.[3] ?? '';
  return floorMilliseconds(text) + (/[1-9]/.test(finer) ? 1 : 0);
}
