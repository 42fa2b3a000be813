import { FhirError } from '../fhir/error.ts';
import { callFault } from './functions.ts';
import { compilePattern } from './regular-expression.ts';

/** A node of the engine's syntax tree, as far as it is looked at here. */
export interface SyntaxNode {
  readonly type: string;
  readonly text?: string;
  readonly delimitedText?: string;
  readonly start?: { readonly line: number; readonly column: number };
  readonly children?: readonly SyntaxNode[];
}

/** What an expression names. */
export interface Names {
  /** Environment variables, without `%`. */
  readonly variables: ReadonlySet<string>;
  readonly functions: ReadonlySet<string>;
}

/**
 * Looks through a parsed expression for what the engine would only find while it evaluates: unknown functions, a wrong
 * number of arguments, regular expressions that are not taken.
 * @throws FhirError `invalid` with the place
 */
export function checkSyntax(text: string, tree: SyntaxNode): Names {
  const variables = new Set<string>();
  const calls: SyntaxNode[] = [];
  const visit = (node: SyntaxNode): void => {
    if (node.type === 'ExternalConstantTerm') variables.add(variableName(text, node));
    if (node.type === 'FunctionInvocation') calls.push(node);
    node.children?.forEach(visit);
  };
  visit(tree);
  for (const call of calls) checkCall(text, call, variables.has('factory'));
  return { variables, functions: new Set(calls.map((call) => nameOf(call))) };
}

function variableName(text: string, node: SyntaxNode): string {
  const name = node.delimitedText ? node.delimitedText.replace(/^'|'$/g, '') : (node.text ?? '');
  // the engine looks names up with `in`: those that every object has would give a function of JavaScript
  if (name in Object.prototype) throw fault(text, `%${name} is no variable`, node);
  return name;
}

function checkCall(text: string, node: SyntaxNode, withFactory: boolean): void {
  const name = nameOf(node);
  const parameters = argumentsOf(node);
  const wrong = callFault(name, parameters.length);
  if (wrong && !(withFactory && wrong.startsWith('there is no'))) throw fault(text, wrong, node);
  if (name !== 'matches' && name !== 'matchesFull' && name !== 'replaceMatches') return;
  const pattern = parameters[0] && stringLiteral(parameters[0]);
  if (pattern !== undefined) checkPattern(text, node, pattern);
}

function checkPattern(text: string, node: SyntaxNode, pattern: string): void {
  try {
    compilePattern(pattern, '');
  } catch (error) {
    if (error instanceof FhirError) throw fault(text, error.message.replace(/^The/, 'the').replace(/\.$/, ''), node);
    throw error;
  }
}

function nameOf(call: SyntaxNode): string {
  return (call.text ?? '').replace(/^`|`$/g, '');
}

function argumentsOf(call: SyntaxNode): readonly SyntaxNode[] {
  const callee = call.children?.[0];
  if (nameOf(call) === 'sort') return callee?.children ?? [];
  return callee?.children?.find((child) => child.type === 'ParamList')?.children ?? [];
}

/** The text of an argument that is nothing but a string literal. */
function stringLiteral(node: SyntaxNode): string | undefined {
  if (node.type === 'StringLiteral') return literalText(node.text ?? "''");
  return node.children?.length === 1 && node.children[0] ? stringLiteral(node.children[0]) : undefined;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' };

function literalText(literal: string): string {
  return literal.slice(1, -1).replace(/\\(u[0-9a-fA-F]{4}|.)/gs, (_, code: string) => {
    if (code.length === 5) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return ESCAPES[code] ?? code;
  });
}

/** One sentence about an expression and the place in it. */
export function fault(text: string, what: string, node?: SyntaxNode): FhirError {
  const place = node?.start ? ` (line ${node.start.line}, column ${node.start.column})` : '';
  return new FhirError('invalid', `The FHIRPath expression "${shortened(text)}" does not compile: ${what}${place}.`);
}

export function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
