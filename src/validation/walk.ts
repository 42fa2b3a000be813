/**
 * Walks a resource's JSON along R4's definitions (https://hl7.org/fhir/R4/json.html): members, cardinality, primitive values,
 * null padding, contained resources and entries. What it cannot judge at once it collects.
 */
import { isResourceType } from '../fhir/resource-types.ts';
import { collect } from './collect.ts';
import { type Findings, isFull, isObject, type Json, report, shown } from './findings.ts';
import { checkObject } from './object-rules.ts';
import { primitiveFault } from './primitive.ts';
import { closeScope, openScope, type Scope } from './scope.ts';
import type { Member, Shape, Shapes } from './shape.ts';

interface Walk {
  readonly shapes: Shapes;
  readonly findings: Findings;
  /** The resource that references with # look into. */
  readonly scope: Scope;
  readonly depth: number;
}

const DEEPEST = 100;

/** Faults of a resource against base R4, and what is left to be judged. */
export function walkResource(value: unknown, expression: string, shapes: Shapes, findings: Findings): undefined {
  const shape = shapeOf(value, expression, shapes, findings);
  if (!shape || !isObject(value)) return;
  walkScope(value, shape, expression, { shapes, findings, depth: 0, isEntry: false });
}

function walkScope(value: Json, shape: Shape, expression: string, outer: Omit<Walk, 'scope'> & { isEntry: boolean }): void {
  const { shapes, findings, depth, isEntry } = outer;
  const scope = openScope(value, expression, isEntry || shape.name === 'Bundle');
  walkObject(value, shape, expression, { shapes, findings, scope, depth: depth + 1 });
  closeScope(scope, findings);
}

/** A resource inside another: contained ones share the references of their container. */
function walkInner(value: unknown, member: Member, place: string, walk: Walk): void {
  const shape = shapeOf(value, place, walk.shapes, walk.findings);
  if (!shape || !isObject(value)) return;
  if (member.element === 'contained') walkObject(value, shape, place, { ...walk, depth: walk.depth + 1 });
  else walkScope(value, shape, place, { ...walk, isEntry: walk.scope.isEntry });
}

function shapeOf(value: unknown, place: string, shapes: Shapes, findings: Findings): Shape | undefined {
  if (!isObject(value)) return report(findings, 'structure', place, `${place} must be a resource: an object with resourceType.`);
  const { resourceType } = value;
  if (typeof resourceType === 'string' && isResourceType(resourceType)) {
    findings.types.add(resourceType);
    return shapes(resourceType);
  }
  const given = typeof resourceType === 'string' ? `is ${shown(resourceType)}; it` : 'is missing or no text; it';
  return report(findings, 'structure', place, `resourceType of ${place} ${given} must name a resource type of R4, in the right case.`);
}

function walkObject(value: Json, shape: Shape, place: string, walk: Walk): undefined {
  const { findings } = walk;
  if (isFull(findings)) return;
  if (walk.depth > DEEPEST) return report(findings, 'structure', place, `${place} nests deeper than ${DEEPEST} levels; flatten it.`);
  const isResource = !shape.name.includes('.') && typeof value.resourceType === 'string' && value.resourceType === shape.name;
  const names = Object.keys(value).filter((name) => !isResource || name !== 'resourceType');
  if (names.length === 0 && !isResource)
    return report(findings, 'structure', place, `${place} is an empty object; fill it or leave it out.`);
  if (names.length === 1 && names[0] === 'id' && !isResource && shape.name !== 'Element') {
    report(findings, 'invariant', place, `${place} has only an id (ele-1); give it content or leave it out.`);
  }
  for (const name of names) walkMember(value, name, shape, place, walk);
  checkObject(value, names, shape, place, findings);
}

function walkMember(parent: Json, name: string, shape: Shape, expression: string, walk: Walk): undefined {
  const isCompanion = name.startsWith('_');
  const member = shape.members.get(isCompanion ? name.slice(1) : name);
  if (!member || (isCompanion && member.kind !== 'primitive')) {
    const place = /^[A-Za-z]\w{0,59}$/.test(name) ? `${expression}.${name}` : expression;
    const sentence = `${expression} has a member ${shown(name)}, which is no element of ${shape.name} in R4; remove it or correct its name.`;
    return report(walk.findings, 'structure', place, sentence);
  }
  const place = `${expression}.${member.element}`;
  if (member.max === 0) return report(walk.findings, 'structure', place, `${place} is ruled out here by R4; remove it.`);
  const value = parent[name];
  if (isCompanion) walkCompanion(value, parent[name.slice(1)], member, place, walk);
  else if (member.isArray) walkArray(value, parent[`_${name}`], member, place, walk);
  else if (Array.isArray(value))
    report(walk.findings, 'structure', place, `${place} must be a single value, not an array; remove the brackets.`);
  else walkValue(value, member, place, walk);
}

function walkArray(value: unknown, companion: unknown, member: Member, place: string, walk: Walk): undefined {
  const { findings } = walk;
  if (!Array.isArray(value)) return report(findings, 'structure', place, `${place} must be an array; put the value into brackets.`);
  if (value.length === 0) return report(findings, 'structure', place, `${place} is an empty array; fill it or leave it out.`);
  if (value.length > member.max)
    report(findings, 'structure', place, `${place} has ${value.length} values; at most ${member.max} are allowed.`);
  value.forEach((item: unknown, index) => {
    const isPadding = item === null && member.kind === 'primitive' && Array.isArray(companion) && isObject(companion[index]);
    if (!isPadding) walkValue(item, member, `${place}[${index}]`, walk);
  });
}

function walkValue(value: unknown, member: Member, place: string, walk: Walk): undefined {
  const { findings } = walk;
  if (isFull(findings)) return;
  if (value === null) return report(findings, 'structure', place, `${place} is null; give a value or leave it out.`);
  if (member.kind === 'resource') walkInner(value, member, place, walk);
  else if (member.kind === 'primitive') walkPrimitive(value, member, place, walk);
  else if (isObject(value)) walkComplex(value, member, place, walk);
  else report(findings, 'structure', place, `${place} must be an object (${member.type}); write its elements in braces.`);
}

function walkComplex(value: Json, member: Member, place: string, walk: Walk): void {
  const shape = member.shape();
  if (shape) walkObject(value, shape, place, { ...walk, depth: walk.depth + 1 });
  collect(value, member, place, walk);
}

function walkPrimitive(value: unknown, member: Member, place: string, walk: Walk): void {
  const fault = primitiveFault(member.type, value);
  if (fault) report(walk.findings, 'value', place, `${place} must be ${fault}; correct it.`);
  else collect(value, member, place, walk);
}

/** `_name`: ids and extensions of a primitive, or of each in an array. */
function walkCompanion(companion: unknown, values: unknown, member: Member, place: string, walk: Walk): undefined {
  const name = shown(`_${member.element}`);
  if (!member.isArray) return walkElement(companion, place, walk);
  if (!Array.isArray(companion) || companion.length === 0) {
    return report(walk.findings, 'structure', place, `${place}: the member ${name} must be an array that is not empty.`);
  }
  if (Array.isArray(values) && values.length !== companion.length) {
    report(walk.findings, 'structure', place, `${place} and its companion ${name} must be arrays of one length; pad with null.`);
  }
  companion.forEach((item: unknown, index) => {
    const isPadding = item === null && Array.isArray(values) && values[index] !== undefined && values[index] !== null;
    if (!isPadding) walkElement(item, `${place}[${index}]`, walk);
  });
}

function walkElement(value: unknown, place: string, walk: Walk): undefined {
  const shape = walk.shapes('Element');
  if (isObject(value) && shape) return walkObject(value, shape, place, { ...walk, depth: walk.depth + 1 });
  report(walk.findings, 'structure', place, `${place}: what stands beside a primitive must be an object with id or extension.`);
}
