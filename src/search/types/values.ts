/** Values of a query taken apart (https://hl7.org/fhir/R4/search.html#escaping). */
import { FhirError } from '../../fhir/error.ts';

/** Splits at a separator that is not escaped; escapes stay as they are. */
export function split(value: string, separator: ',' | '|' | '$'): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i < value.length; i++) {
    if (value[i] === '\\') i++;
    else if (value[i] === separator) {
      parts.push(value.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, value.slice(start)];
}

/** The text that is meant. @throws FhirError `invalid` for an escape that R4 does not have */
export function unescaped(value: string, parameter: string): string {
  if (!value.includes('\\')) return value;
  if (/^(?:[^\\]|\\[\\,$|])*$/s.test(value)) return value.replace(/\\(.)/g, '$1');
  throw new FhirError(
    'invalid',
    `A value of "${parameter}" has a backslash before another sign than , $ | or \\; write the backslash itself as \\\\.`,
  );
}

export function refused(parameter: string, value: string, rule: string): FhirError {
  return new FhirError('invalid', `The value "${value.slice(0, 100)}" of the search parameter "${parameter}" is not taken: ${rule}.`);
}
