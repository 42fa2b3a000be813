/**
 * Reads the simple expressions that nearly all search parameters have
 * (https://hl7.org/fhir/R4/searchparameter-definitions.html#SearchParameter.expression):
 * `A.b.c`, `(A.b as T)`, `.as(T)`, `.ofType(T)`, `.where(b = 'x')`, `.where(resolve() is T)`, `.extension('x')`, `[0]`.
 */
export type Step =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'type'; readonly type: string }
  | { readonly kind: 'equals'; readonly name: string; readonly literal: string }
  | { readonly kind: 'resolves'; readonly type: string };

/** The alternatives of an expression, split at its outermost `|`. */
export function alternatives(expression: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let i = 0; i < expression.length; i++) {
    const char = expression[i];
    if (char === "'" && expression[i - 1] !== '\\') quoted = !quoted;
    if (quoted) continue;
    if (char === '(') depth++;
    if (char === ')') depth--;
    if (char === '|' && depth === 0) {
      parts.push(expression.slice(start, i).trim());
      start = i + 1;
    }
  }
  return [...parts, expression.slice(start).trim()].filter(Boolean);
}

const TOKEN = /\s*(?:('(?:[^'\\]|\\.)*')|([A-Za-z_]\w*)|(\d+)|([.()[\]=]))/y;

/** The steps of one alternative; undefined where it says more than this reader knows. */
export function parsePath(text: string): readonly Step[] | undefined {
  const tokens = tokensOf(text);
  if (!tokens) return undefined;
  const reader = createReader(tokens);
  const steps = reader.cast();
  return steps && reader.atEnd() ? steps : undefined;
}

function tokensOf(text: string): readonly string[] | undefined {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (!match) return undefined;
    tokens.push(match[0].trim());
  }
  return tokens;
}

interface Reader {
  /** A path, with `as T` behind it or not. */
  cast(): readonly Step[] | undefined;
  atEnd(): boolean;
}

function createReader(tokens: readonly string[]): Reader {
  let at = 0;
  const next = (): string => tokens[at++] ?? '';
  const take = (...expected: readonly string[]): boolean => {
    if (!expected.every((token, i) => tokens[at + i] === token)) return false;
    at += expected.length;
    return true;
  };

  /** `(A.b as T)` or a name. */
  function head(): readonly Step[] | undefined {
    if (take('(')) {
      const inner = cast();
      return inner && take(')') ? inner : undefined;
    }
    const name = next();
    return /^[A-Za-z_]/.test(name) ? [{ kind: 'member', name }] : undefined;
  }

  function cast(): readonly Step[] | undefined {
    const steps = path();
    return steps && take('as') ? [...steps, { kind: 'type', type: next() }] : steps;
  }

  function path(): readonly Step[] | undefined {
    const first = head();
    if (!first) return undefined;
    const steps = [...first];
    while (tokens[at] === '.' || tokens[at] === '[') {
      const more = next() === '.' ? member() : index();
      if (!more) return undefined;
      steps.push(...more);
    }
    return steps;
  }

  function index(): readonly Step[] | undefined {
    const number = next();
    return /^\d+$/.test(number) && take(']') ? [{ kind: 'index', index: Number(number) }] : undefined;
  }

  function member(): readonly Step[] | undefined {
    const name = next();
    if (!take('(')) return /^[A-Za-z_]/.test(name) ? [{ kind: 'member', name }] : undefined;
    const steps = call(name);
    return steps && take(')') ? steps : undefined;
  }

  function call(name: string): readonly Step[] | undefined {
    switch (name) {
      case 'as':
      case 'ofType':
        return [{ kind: 'type', type: next() }];
      case 'extension':
        return equal('url')?.flatMap((step) => [{ kind: 'member', name: 'extension' }, step]);
      case 'where':
        return take('resolve', '(', ')', 'is') ? [{ kind: 'resolves', type: next() }] : comparison();
      default:
        return undefined;
    }
  }

  function comparison(): readonly Step[] | undefined {
    const name = next();
    return take('=') ? equal(name) : undefined;
  }

  function equal(name: string): readonly Step[] | undefined {
    const literal = next();
    return /^'[^\\]*'$/.test(literal) ? [{ kind: 'equals', name, literal: literal.slice(1, -1) }] : undefined;
  }

  return { cast, atEnd: () => at === tokens.length };
}
