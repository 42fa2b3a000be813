/**
 * Reads the simple expressions that nearly all search parameters have
 * (https://hl7.org/fhir/R4/searchparameter-definitions.html#SearchParameter.expression):
 * `A.b.c`, `(A.b as T)`, `.as(T)`, `.ofType(T)`, `.where(b = 'x')`, `.where(resolve() is T)`, `[0]`.
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
    for (;;) {
      const step = take('.') ? member() : take('[') ? index() : undefined;
      if (step === undefined) return steps;
      if (step === 'unknown') return undefined;
      steps.push(step);
    }
  }

  function index(): Step | 'unknown' {
    const number = next();
    return /^\d+$/.test(number) && take(']') ? { kind: 'index', index: Number(number) } : 'unknown';
  }

  function member(): Step | 'unknown' {
    const name = next();
    if (!take('(')) return /^[A-Za-z_]/.test(name) ? { kind: 'member', name } : 'unknown';
    const step = name === 'as' || name === 'ofType' ? ({ kind: 'type', type: next() } as const) : name === 'where' ? filter() : 'unknown';
    return step !== 'unknown' && take(')') ? step : 'unknown';
  }

  function filter(): Step | 'unknown' {
    if (take('resolve', '(', ')', 'is')) return { kind: 'resolves', type: next() };
    const name = next();
    if (!take('=')) return 'unknown';
    const literal = next();
    return /^'[^\\]*'$/.test(literal) ? { kind: 'equals', name, literal: literal.slice(1, -1) } : 'unknown';
  }

  return { cast, atEnd: () => at === tokens.length };
}
