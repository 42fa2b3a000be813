/**
 * What kind of value an expression yields, as far as its text tells. A named expression may yield Booleans, strings and whole
 * resources: anything else comes back from the FHIRPath engine without its type, and a comparison with it would be wrong.
 */
import model from 'fhirpath/fhir-context/r4';
import { isResourceType } from '../fhir/resource-types.ts';
import { externalName, type SyntaxNode } from './syntax.ts';

/** `other`: what loses its type. `unknown`: the text does not tell. */
export type ValueKind = 'boolean' | 'string' | 'resource' | 'other' | 'unknown';

type Kinds = ReadonlySet<ValueKind>;
type KindOfName = (name: string) => Kinds;

const just = (...kinds: ValueKind[]): Kinds => new Set(kinds);
const BOOLEAN_NODES = new Set([
  'OrExpression',
  'AndExpression',
  'ImpliesExpression',
  'EqualityExpression',
  'InequalityExpression',
  'MembershipExpression',
]);
const STRING_TYPES = new Set(['string', 'code', 'id', 'uri', 'url', 'canonical', 'oid', 'uuid', 'markdown', 'base64Binary', 'xhtml']);
/** Functions that pass on what they are given. */
const SAME = new Set(['where', 'first', 'last', 'tail', 'skip', 'take', 'single', 'distinct', 'intersect', 'exclude', 'trace']);
const BOOLEANS = new Set(
  'exists empty not all allTrue anyTrue allFalse anyFalse subsetOf supersetOf isDistinct hasValue is contains startsWith endsWith matches matchesFull toBoolean convertsToBoolean conformsTo memberOf subsumes subsumedBy htmlChecks'.split(
    ' ',
  ),
);
const STRINGS = new Set('toString substring upper lower replace replaceMatches join trim split encode decode escape unescape'.split(' '));
const OTHERS = new Set(
  'count length sum min max avg today now timeOfDay toInteger toDecimal toDate toDateTime toTime toQuantity abs ceiling exp floor ln log power round sqrt truncate toChars indexOf'.split(
    ' ',
  ),
);

/** The kinds that the expression may yield; `kindOfName` answers for `%name`. */
export function valueKinds(node: SyntaxNode, kindOfName: KindOfName): Kinds {
  const [first, second] = node.children ?? [];
  if (BOOLEAN_NODES.has(node.type)) return just('boolean');
  switch (node.type) {
    case 'TypeExpression':
      return node.text === 'is' ? just('boolean') : kindsOfType(second?.text ?? '');
    case 'AdditiveExpression':
      return node.text === '&' ? just('string') : just('unknown');
    case 'MultiplicativeExpression':
    case 'PolarityExpression':
      return just('other');
    case 'UnionExpression':
      return new Set([...(node.children ?? [])].flatMap((child) => [...valueKinds(child, kindOfName)]));
    case 'InvocationExpression':
      return invoked(first, second, kindOfName);
    case 'ExternalConstantTerm':
      return kindOfName(externalName(node));
    case 'FunctionInvocation':
    case 'MemberInvocation':
      return invoked(undefined, node, kindOfName);
    case 'LiteralTerm':
      return literal(first);
    default:
      return first ? valueKinds(first, kindOfName) : just('unknown');
  }
}

function invoked(focus: SyntaxNode | undefined, call: SyntaxNode | undefined, kindOfName: KindOfName): Kinds {
  if (call?.type === 'MemberInvocation') return kindsOfMember(call.text ?? '');
  if (call?.type !== 'FunctionInvocation') return just('unknown');
  const name = call.text ?? '';
  const before = () => (focus ? valueKinds(focus, kindOfName) : just('unknown'));
  const of = (index: number) => {
    const argument = parameters(call)[index];
    return argument ? valueKinds(argument, kindOfName) : just();
  };
  if (SAME.has(name)) return before();
  if (BOOLEANS.has(name)) return just('boolean');
  if (STRINGS.has(name)) return just('string');
  if (OTHERS.has(name)) return just('other');
  if (name === 'select' || name === 'repeat') return of(0);
  if (name === 'iif') return new Set([...of(1), ...of(2)]);
  if (name === 'union' || name === 'combine') return new Set([...before(), ...of(0)]);
  if (name === 'ofType' || name === 'as') return kindsOfType(text(parameters(call)[0]));
  return name === 'resolve' ? just('resource') : just('unknown');
}

function parameters(call: SyntaxNode): readonly SyntaxNode[] {
  const list = call.children?.[0]?.children?.find((child) => child.type === 'ParamList');
  return list?.children ?? [];
}

function text(node: SyntaxNode | undefined): string {
  return node ? (node.text ?? text(node.children?.[0])) : '';
}

function literal(node: SyntaxNode | undefined): Kinds {
  if (node?.type === 'StringLiteral') return just('string');
  if (node?.type === 'BooleanLiteral') return just('boolean');
  return node?.type === 'NullLiteral' ? just() : just('other');
}

function kindsOfType(name: string): Kinds {
  const type = name.replace(/^(FHIR|System)\./, '');
  if (isResourceType(type) || type === 'Resource' || type === 'DomainResource') return just('resource');
  if (type === 'boolean' || type === 'Boolean') return just('boolean');
  return STRING_TYPES.has(type) || type === 'String' ? just('string') : just('other');
}

/** Kinds of all elements of R4 with this name; a choice (`value`) tells nothing. */
function kindsOfMember(name: string): Kinds {
  const types = elementTypes.get(name);
  if (!types) return just('unknown');
  const kinds = new Set([...types].flatMap((type) => [...kindsOfType(type)]));
  return kinds.size === 1 ? kinds : just('unknown');
}

const elementTypes = typesByElement();

function typesByElement(): ReadonlyMap<string, ReadonlySet<string>> {
  const types = new Map<string, Set<string>>();
  for (const [path, type] of Object.entries(model.path2Type)) {
    const name = path.slice(path.lastIndexOf('.') + 1);
    types.set(name, (types.get(name) ?? new Set()).add(type));
  }
  for (const path of Object.keys(model.choiceTypePaths)) types.delete(path.slice(path.lastIndexOf('.') + 1));
  return types;
}
