import { type Question, show } from './oracle.ts';
import type { Typed } from './oracle-elements.ts';
import { isThisCanonical } from './oracle-references.ts';

export function isUri(elements: readonly Typed[], { resource, code, modifier, value }: Question): boolean {
  const asked = show(value);
  const { version } = resource as { version?: string };
  return elements.some(({ type, data }) => {
    const stored = String(data);
    if (type === 'canonical') return isThisCanonical(stored, asked, modifier === 'below');
    if (modifier === 'below') return stored.startsWith(asked);
    if (modifier === 'above') return asked.startsWith(stored);
    return stored === asked || (code === 'url' && version !== undefined && asked === `${stored}|${version}`);
  });
}
