/** R4's element definitions made ready for a walk over JSON (https://hl7.org/fhir/R4/json.html). */
import type { ElementDefinition, StructureDefinition } from '../fhir/types.ts';
import { isPrimitive } from './primitive.ts';

/** Members that an object of a type, or at a path, may have. */
export interface Shape {
  /** `PlanDefinition`, `PlanDefinition.action`, `Coding`. */
  readonly name: string;
  /** By JSON name, a choice under each of its names. */
  readonly members: ReadonlyMap<string, Member>;
  readonly required: readonly Requirement[];
}

export interface Member {
  /** Name in FHIRPath: `value` for `valueQuantity`. */
  readonly element: string;
  /** Path of its definition: `Observation.value[x]`. */
  readonly path: string;
  readonly type: string;
  readonly kind: 'primitive' | 'complex' | 'resource';
  readonly isArray: boolean;
  /** 0: the element is ruled out. */
  readonly max: number;
  readonly isChoice: boolean;
  readonly short: string;
  /** Value set of a required binding. */
  readonly valueSet?: string;
  /** Types that a reference may lead to; absent = any. */
  readonly targets?: ReadonlySet<string>;
  /** Shape of the object that stands here; undefined for primitives and resources. */
  readonly shape: () => Shape | undefined;
}

export interface Requirement {
  readonly element: string;
  readonly short: string;
  readonly min: number;
  /** JSON names, one of which must be there. */
  readonly names: readonly string[];
}

export type Structures = (typeOrUrl: string) => StructureDefinition | undefined;
/** Shape of a type or of a profile on a data type; undefined for an unknown one. */
export type Shapes = (typeOrUrl: string) => Shape | undefined;

const base = 'http://hl7.org/fhir/StructureDefinition/';
const SYSTEM_STRING = 'http://hl7.org/fhirpath/System.String';

/** Compiles each type when it is first met. R4's definitions never change while the server runs, so nothing is dropped. */
export function createShapes(structures: Structures): Shapes {
  const known = new Map<string, Shape | undefined>();
  const shapes: Shapes = (typeOrUrl) => {
    if (known.has(typeOrUrl)) return known.get(typeOrUrl);
    const definition = structures(typeOrUrl);
    const shape = definition && compile(definition, shapes);
    if (shape) known.set(typeOrUrl, shape);
    return shape;
  };
  return shapes;
}

function compile(definition: StructureDefinition, shapes: Shapes): Shape {
  const children = new Map<string, ElementDefinition[]>();
  const elements = definition.snapshot?.element ?? [];
  for (const element of elements.slice(1)) {
    const parent = element.path.slice(0, element.path.lastIndexOf('.'));
    children.set(parent, [...(children.get(parent) ?? []), element]);
  }
  const made = new Map<string, Shape>();
  const at = (path: string): Shape => {
    const shape = made.get(path) ?? toShape(path, children.get(path) ?? [], definition, { children, at, shapes });
    made.set(path, shape);
    return shape;
  };
  return at(elements[0]?.path ?? definition.type);
}

interface Compilation {
  readonly children: ReadonlyMap<string, readonly ElementDefinition[]>;
  readonly at: (path: string) => Shape;
  readonly shapes: Shapes;
}

function toShape(path: string, elements: readonly ElementDefinition[], definition: StructureDefinition, compilation: Compilation): Shape {
  const members = elements.flatMap((element) => toMembers(element, definition, compilation));
  const required = elements
    .filter(({ min }) => (min ?? 0) > 0)
    .map(({ path: each, min = 1, short = '' }) => {
      const names = members.filter(([, member]) => member.path === each).map(([name]) => name);
      return { element: nameOf(each), short, min, names };
    });
  return { name: path, members: new Map(members), required };
}

function toMembers(element: ElementDefinition, definition: StructureDefinition, compilation: Compilation): [string, Member][] {
  const isChoice = element.path.endsWith('[x]');
  const types = element.contentReference ? [{ code: 'Element' }] : (element.type ?? []);
  return types.map((type) => {
    const code = type.code === SYSTEM_STRING ? systemString(element.path, definition) : type.code;
    const kind = isPrimitive(code) ? 'primitive' : code === 'Resource' ? 'resource' : 'complex';
    const name = isChoice ? `${nameOf(element.path)}${code.charAt(0).toUpperCase()}${code.slice(1)}` : nameOf(element.path);
    const targets = 'targetProfile' in type ? targetsOf(type.targetProfile) : undefined;
    const { binding } = element;
    const member: Member = {
      element: nameOf(element.path),
      path: element.path,
      type: code,
      kind,
      isArray: (element.base?.max ?? element.max) !== '1' && (element.base?.max ?? element.max) !== '0',
      max: element.max === '*' ? Number.POSITIVE_INFINITY : Number(element.max),
      isChoice,
      short: element.short ?? '',
      ...(binding?.strength === 'required' && binding.valueSet && { valueSet: binding.valueSet }),
      ...(targets && { targets }),
      shape: () => (kind === 'complex' ? shapeAt(element, type, compilation) : undefined),
    };
    return [name, member];
  });
}

function shapeAt(
  element: ElementDefinition,
  type: { code: string; profile?: string[] },
  { children, at, shapes }: Compilation,
): Shape | undefined {
  if (element.contentReference) return at(element.contentReference.slice(element.contentReference.indexOf('#') + 1));
  if (children.has(element.path)) return at(element.path);
  const [profile] = type.profile ?? [];
  return (profile && profile !== `${base}${type.code}` && shapes(profile)) || shapes(type.code);
}

/** FHIRPath's own string stands for an id of a resource, an id inside a resource, or the url of an extension. */
function systemString(path: string, { kind }: StructureDefinition): string {
  if (path === 'Extension.url') return 'uri';
  return kind === 'resource' && path.split('.').length === 2 ? 'id' : 'string';
}

function targetsOf(profiles: readonly string[] | undefined): ReadonlySet<string> | undefined {
  if (!profiles?.length || profiles.some((profile) => !profile.startsWith(base) || profile === `${base}Resource`)) return undefined;
  return new Set(profiles.map((profile) => profile.slice(base.length)));
}

function nameOf(path: string): string {
  const name = path.slice(path.lastIndexOf('.') + 1);
  return name.endsWith('[x]') ? name.slice(0, -3) : name;
}
