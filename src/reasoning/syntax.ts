/** The syntax tree of an expression (http://hl7.org/fhirpath/N1/#grammar), read for the kind of value that it yields. */
import fhirpath from 'fhirpath';

export interface SyntaxNode {
  readonly type: string;
  readonly text?: string;
  readonly delimitedText?: string;
  readonly children?: readonly SyntaxNode[];
}

/** The tree of a text that compiles. */
export function parseExpression(text: string): SyntaxNode {
  return fhirpath.parse(text) as SyntaxNode;
}

/** The name behind a `%`: bare, or in back quotes or quotes. */
export function externalName(node: SyntaxNode): string {
  return node.delimitedText === undefined ? (node.text ?? '') : node.delimitedText.replace(/^['`]|['`]$/g, '');
}
