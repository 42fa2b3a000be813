import type { FhirResource } from '../../src/fhir/types.ts';
import { BASE } from './core-registry.ts';
import { type Question, show } from './oracle.ts';
import type { Typed } from './oracle-elements.ts';
import { isToken } from './oracle-tokens.ts';

/** Without the server's own base. */
function local(reference: string): string {
  return reference.startsWith(`${BASE}/`) ? reference.slice(BASE.length + 1) : reference;
}

function literalsOf(elements: readonly Typed[]): readonly string[] {
  return elements
    .map(({ data }) => (data as { reference?: string }).reference)
    .filter((each) => each !== undefined && !each.startsWith('#'))
    .map((each) => local(each ?? ''));
}

function isCanonical({ type }: Typed): boolean {
  return type === 'canonical' || type === 'uri';
}

export function leadsTo(elements: readonly Typed[], question: Pick<Question, 'code' | 'modifier' | 'value'>): boolean {
  const value = show(question.value);
  if (question.modifier === 'identifier') {
    const identifiers = elements.map(({ data }) => (data as { identifier?: unknown }).identifier).filter((each) => each !== undefined);
    return isToken(
      identifiers.map((data) => ({ type: 'Identifier', data })),
      { code: '', modifier: undefined, value: question.value },
    );
  }
  if (elements.some(isCanonical)) return elements.some(({ data }) => isThisCanonical(String(data), value, question.modifier === 'below'));
  const asked = question.modifier && !value.includes('/') ? `${question.modifier}/${value}` : local(value);
  return literalsOf(elements).some((literal) => {
    const current = literal.replace(/\/_history\/.*/, '');
    const bare = /^[A-Z]\w+\/([^/]+)$/.exec(current)?.[1];
    return literal === asked || current === asked || (!asked.includes('/') && bare === asked);
  });
}

export function isThisCanonical(stored: string, asked: string, below: boolean): boolean {
  const [url, version] = stored.split('|');
  const [askedUrl, askedVersion] = asked.split('|');
  if (url !== askedUrl) return false;
  return !askedVersion || version === askedVersion || (below && (version ?? '').startsWith(`${askedVersion}.`));
}

/** Whether any of the elements refers to the resource. */
export function refersTo(elements: readonly Typed[], resource: FhirResource): boolean {
  const { url, version } = resource as { url?: string; version?: string };
  const address = `${resource.resourceType}/${resource.id}`;
  if (literalsOf(elements).some((literal) => literal.replace(/\/_history\/.*/, '') === address)) return true;
  return elements.filter(isCanonical).some(({ data }) => {
    const [asked, askedVersion] = String(data).split('|');
    return url !== undefined && asked === url && (askedVersion === undefined || askedVersion === version);
  });
}
