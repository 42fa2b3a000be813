import { codeSystems } from './core-registry.ts';
import { type Question, show } from './oracle.ts';
import type { Typed } from './oracle-elements.ts';
import { folded } from './oracle-strings.ts';
import { conceptsOf } from './random-terminology.ts';

interface Coded {
  readonly system?: string;
  readonly code?: string;
  readonly display?: string;
  readonly caseless?: boolean;
}

const CASELESS = ['urn:ietf:bcp:13', 'urn:ietf:bcp:47'];

export function isToken(elements: readonly Typed[], { code, modifier, value }: Pick<Question, 'code' | 'modifier' | 'value'>): boolean {
  const coded = elements.flatMap(codedOf);
  switch (modifier) {
    case 'text':
      return elements.flatMap(textsOf).some((text) => folded(text).startsWith(folded(show(value))));
    case 'in':
    case 'not-in':
      return conceptsOf({ relation: 'in', value: show(value) }).some((concept) =>
        coded.some((each) => is(each, concept.system, concept.code)),
      );
    case 'of-type':
      return elements.some(({ data }) => isOfType(data as Record<string, unknown>, value.split('|').map(show)));
    case 'above':
    case 'below':
      return code === 'contenttype'
        ? coded.some((each) => isMedia(each.code ?? '', show(value), modifier))
        : isRelated(coded, modifier, value);
    default: {
      const parts = value.split('|').map(show);
      return coded.some((each) => (parts.length === 1 ? sameCode(each, parts[0] ?? '') : is(each, parts[0] ?? '', parts[1] ?? '')));
    }
  }
}

/** `system|code`; no system or no code given = the element has no system, or any code. */
function is(each: Coded, system: string, code: string): boolean {
  return (each.system ?? '') === system && (code === '' || sameCode(each, code));
}

function sameCode({ code, caseless }: Coded, asked: string): boolean {
  return caseless ? code?.toLowerCase() === asked.toLowerCase() : code === asked;
}

function isRelated(coded: readonly Coded[], relation: 'above' | 'below', value: string): boolean {
  const [system = '', code = ''] = value.split('|').map(show);
  return conceptsOf({ relation, value: `${system}|${code}` }).some((concept) =>
    coded.some((each) => is(each, concept.system, concept.code)),
  );
}

function codedOf({ type, data, expression = '' }: Typed): readonly Coded[] {
  const members = data as Record<string, unknown>;
  switch (type) {
    case 'CodeableConcept':
      return ((members.coding ?? []) as Coded[]).map(marked);
    case 'Coding':
      return [marked(members as Coded)];
    case 'Identifier':
      return [{ system: members.system as string, code: members.value as string }];
    case 'ContactPoint':
      return [{ code: members.value as string, caseless: true }];
    case 'code':
      return [marked({ code: String(data), system: implicit(expression) })];
    case 'string':
      return [{ code: String(data), caseless: true }];
    default:
      return typeof data === 'object' ? [] : [{ code: String(data) }];
  }
}

function implicit(expression: string): string | undefined {
  return codeSystems.get(expression.replace(/.*\.attachment\./, 'Attachment.'));
}

function marked(coding: Coded): Coded {
  return { ...coding, caseless: CASELESS.includes(coding.system ?? '') };
}

function textsOf({ type, data }: Typed): readonly string[] {
  const {
    text,
    coding = [],
    display,
    type: kind,
  } = data as { text?: string; coding?: Coded[]; display?: string; type?: { text?: string } };
  const all =
    type === 'CodeableConcept'
      ? [text, ...coding.map((each) => each.display)]
      : type === 'Coding'
        ? [display]
        : type === 'Identifier'
          ? [kind?.text]
          : [];
  return all.filter((each) => each !== undefined);
}

function isOfType(identifier: Record<string, unknown>, [system, code, value]: readonly string[]): boolean {
  const codings = ((identifier.type as { coding?: Coded[] } | undefined)?.coding ?? []) as Coded[];
  return identifier.value === value && codings.some((each) => each.system === system && each.code === code);
}

function isMedia(stored: string, asked: string, relation: 'above' | 'below'): boolean {
  const [mine, theirs] = [stored, asked].map((text) => text.toLowerCase().replaceAll(' ', ''));
  const bare = (text = '') => text.replace(/;.*/, '');
  if (relation === 'below') return theirs?.includes(';') ? mine === theirs : bare(mine) === theirs;
  return mine === theirs || mine === bare(theirs);
}
