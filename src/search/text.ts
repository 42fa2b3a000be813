/** Texts as strings are compared (https://hl7.org/fhir/R4/search.html#string). */

/** How much of a text is indexed. */
export const TEXT_LENGTH = 2000;

/** Without case, accents and punctuation, white space as one space; cut to TEXT_LENGTH characters. */
export function normalised(text: string): string {
  return cut(
    wellFormed(text.slice(0, 4 * TEXT_LENGTH))
      .normalize('NFKD')
      .replace(/[\p{M}\p{P}]/gu, '')
      .toUpperCase() // ß is ss
      .toLowerCase()
      .replaceAll('ς', 'σ')
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim(),
    TEXT_LENGTH,
  );
}

/** At most so many characters, never half of one. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = text.codePointAt(length - 1);
  return text.slice(0, end !== undefined && end > 0xffff ? length - 1 : length);
}

/** Every half of a surrogate pair without the other replaced: UTF-8 cannot write it. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
