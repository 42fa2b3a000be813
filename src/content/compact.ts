import { createHash } from 'node:crypto';

/** JSON text without the white space between its tokens; strings and numbers stay as they were written. */
function compactJson(text: string): string {
  const pieces: string[] = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (quoted) {
      if (char === 0x5c) i++;
      else if (char === 0x22) quoted = false;
    } else if (char === 0x22) quoted = true;
    else if (char === 0x20 || char === 0x0a || char === 0x0d || char === 0x09) {
      if (i > start) pieces.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return pieces.join('') + text.slice(start);
}

/** SHA-256 of the content of a JSON text, hex: layout does not count. */
export function contentHash(text: string): string {
  return createHash('sha256').update(compactJson(text)).digest('hex');
}
