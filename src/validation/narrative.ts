/** The XHTML of a narrative: well formed, simple, and harmless to show (https://hl7.org/fhir/R4/narrative.html). */

const elements: ReadonlySet<string> = new Set(
  (
    'a abbr acronym b big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li ol p pre q samp ' +
    'small span strong sub sup table tbody td tfoot th thead tr tt u ul var'
  ).split(' '),
);

const attributes: ReadonlySet<string> = new Set(
  (
    'abbr accesskey align alt axis bgcolor border cellhalign cellpadding cellspacing cellvalign char charoff charset cite class colspan compact ' +
    'coords dir frame headers height href hreflang hspace id lang longdesc name nowrap rel rev rowspan rules scope shape span src start style ' +
    'summary tabindex title type valign value vspace width xml:lang xmlns'
  ).split(' '),
);

const links: ReadonlySet<string> = new Set(['href', 'src', 'cite', 'longdesc']);

const MARKUP = /<!--(?:(?!--)[\s\S])*-->|<(\/?)([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const ATTRIBUTE = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const URL = /url\(['"]?([^)]*)/g;
const IMAGE = /^data:image\/(?:png|jpeg|gif);/;
const ENTITY = /&(?!(?:#[0-9]+|#x[0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]*);)/;

/** What is wrong with a div, behind "the narrative"; undefined where nothing is. */
export function narrativeFault(div: string): string | undefined {
  const open: string[] = [];
  let hasContent = false;
  for (let at = 0, start = true; at < div.length; start = false) {
    const tag = div.indexOf('<', at);
    const words = div.slice(at, tag < 0 ? div.length : tag);
    if (ENTITY.test(words)) return 'has an & that begins no entity; write &amp;';
    if (words.trim()) hasContent = true;
    if (words.trim() && open.length === 0) return 'must be one div element with nothing around it';
    if (tag < 0) break;
    MARKUP.lastIndex = tag;
    const match = MARKUP.exec(div);
    if (!match) return 'is not well-formed XHTML; close each element, quote each attribute, write < as &lt;';
    at = MARKUP.lastIndex;
    const [, closing = '', name = '', given = '', empty = ''] = match;
    if (!name) continue;
    const fault = closing ? close(open, name) : openFault(name, given, open, start);
    if (fault) return fault;
    if (!closing && !empty) open.push(name);
    if (name === 'img') hasContent = true;
  }
  if (open.length > 0) return `does not close its element ${open.at(-1)}`;
  return hasContent ? undefined : 'must have some text or an image';
}

function close(open: string[], name: string): string | undefined {
  return open.pop() === name ? undefined : `closes an element ${name} that is not the one open there`;
}

function openFault(name: string, given: string, open: readonly string[], isFirst: boolean): string | undefined {
  if (open.length === 0 && (!isFirst || name !== 'div')) return 'must be one div element with nothing around it';
  if (!elements.has(name)) return `has the element ${name}, which FHIR does not allow there; use plain formatting, links and images`;
  const pairs = [...given.matchAll(ATTRIBUTE)].map(([, key = '', double, single]): [string, string] => [key, double ?? single ?? '']);
  if (open.length === 0 && !pairs.some(([key, value]) => key === 'xmlns' && value === 'http://www.w3.org/1999/xhtml')) {
    return 'must begin with <div xmlns="http://www.w3.org/1999/xhtml">';
  }
  for (const [key, value] of pairs) {
    if (!attributes.has(key)) return `has the attribute ${key}, which FHIR does not allow there`;
    if (isHarmful(key, value)) return `has an attribute ${key} that could run code or load something; remove it`;
  }
  return undefined;
}

/** A script hidden in an address or a style, also behind entities, blanks and control characters. */
function isHarmful(key: string, value: string): boolean {
  const plain = decode(value)
    .replace(/[\u0000-\u0020]/g, '')
    .toLowerCase();
  if (key === 'style')
    return /expression\(|javascript:|vbscript:|@import|behavior:|-moz-binding|\\/.test(plain) || [...plain.matchAll(URL)].some(leadsOut);
  if (!links.has(key)) return false;
  return /^(?:javascript|vbscript):/.test(plain) || (plain.startsWith('data:') && !IMAGE.test(plain));
}

/** An address in a style that is neither relative nor an image in the text itself. */
function leadsOut([, target = '']: RegExpMatchArray): boolean {
  return /^\/\/|:/.test(target) && !IMAGE.test(target);
}

function decode(value: string): string {
  const named: Readonly<Record<string, string>> = {
    Tab: '\t',
    NewLine: '\n',
    colon: ':',
    lpar: '(',
    rpar: ')',
    sol: '/',
    bsol: '\\',
    amp: '&',
  };
  return value
    .replace(/&#x([0-9A-Fa-f]+);?/g, (_, hex: string) => character(Number.parseInt(hex, 16)))
    .replace(/&#([0-9]+);?/g, (_, digits: string) => character(Number(digits)))
    .replace(/&([A-Za-z]+);/g, (whole, name: string) => (Object.hasOwn(named, name) ? (named[name] ?? whole) : whole));
}

function character(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}
