/**
 * Families of codes as filters of a value set (https://hl7.org/fhir/R4/valueset.html#filters): a regular expression on the
 * whole code, so that no list of codes is needed to tell a member.
 */

const ICD = new Set(['http://hl7.org/fhir/sid/icd-10-cm', 'http://hl7.org/fhir/sid/icd-10']);

/** Third characters of a category, in the order of the classification. */
const THIRD = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/**
 * @param filter `is-a`: the code and every code that begins with it; `range`: three-character categories `C00-C96`
 * @throws Error for a family that this cannot write
 */
export function familyPattern(system: string, filter: string, code: string): string {
  if (filter === 'range') return rangePattern(code);
  if (filter !== 'is-a') throw new Error(`The filter "${filter}" of ${code} is neither is-a nor range.`);
  const isCategory = ICD.has(system) && /^[A-Z]\d[0-9A-Z]$/.test(code);
  return isCategory ? `${code}(\\..+)?` : `${code.replaceAll('.', '\\.')}.*`;
}

/** Exactly the categories between the ends of a block, both included. */
function rangePattern(block: string): string {
  const ends = /^([A-Z])(\d)([0-9A-Z])-([A-Z])(\d)([0-9A-Z])$/.exec(block);
  const [, letter, fromTen, fromThird, lastLetter, toTen, toThird] = ends ?? [];
  if (!letter || letter !== lastLetter || !fromTen || !toTen || !fromThird || !toThird || fromTen > toTen) {
    throw new Error(`${block} is no block of three-character categories of one letter.`);
  }
  const parts = decades(Number(fromTen), fromThird, Number(toTen), toThird);
  return `${letter}${parts.length > 1 ? `(?:${parts.join('|')})` : parts[0]}(\\..+)?`;
}

/** The second and third characters of a block, whole decades together. */
function decades(fromTen: number, fromThird: string, toTen: number, toThird: string): string[] {
  if (fromTen === toTen) return [`${fromTen}${thirds(fromThird, toThird)}`];
  const firstIsWhole = fromThird === '0';
  const wholeFrom = firstIsWhole ? fromTen : fromTen + 1;
  const parts = firstIsWhole ? [] : [`${fromTen}${thirds(fromThird, 'Z')}`];
  if (wholeFrom < toTen) parts.push(`${span(String(wholeFrom), String(toTen - 1))}[0-9A-Z]`);
  return [...parts, `${toTen}${thirds('0', toThird)}`];
}

/** Third characters from one to another: digits come before letters. */
function thirds(from: string, to: string): string {
  const isDigit = (char: string) => THIRD.indexOf(char) < 10;
  if (isDigit(from) === isDigit(to)) return span(from, to);
  return `[${bare(from, '9')}${bare('A', to)}]`;
}

function span(from: string, to: string): string {
  return from === to ? from : `[${bare(from, to)}]`;
}

function bare(from: string, to: string): string {
  return from === to ? from : `${from}-${to}`;
}
