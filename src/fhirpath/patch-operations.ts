/** The Parameters resource of a FHIRPath Patch as operations (https://hl7.org/fhir/R4/fhirpatch.html#concept). */
import { FhirError } from '../fhir/error.ts';
import { isLosslessObject, type Lossless } from '../fhir/json.ts';

export interface PatchOperation {
  readonly type: 'add' | 'insert' | 'delete' | 'replace' | 'move';
  readonly path: string;
  readonly name?: string;
  readonly value?: PatchValue;
  readonly index?: number;
  readonly source?: number;
  readonly destination?: number;
  /** For sentences. */
  readonly label: string;
}

/** A value with its type as the parameter named it, or the parts of an element that has no type of its own. */
export interface PatchValue {
  /** `Quantity` of valueQuantity, `string` of valueString. */
  readonly type?: string;
  readonly json: Lossless;
  readonly parts?: readonly { readonly name: string; readonly value: PatchValue }[];
}

const ELEMENT = /^[A-Za-z]\w*$/;

type Members = { readonly [member: string]: Lossless };

/** Each operation reads the whole resource. */
const MOST_OPERATIONS = 500;

const NEEDS: Readonly<Record<string, readonly string[]>> = {
  add: ['name', 'value'],
  insert: ['index', 'value'],
  delete: [],
  replace: ['value'],
  move: ['source', 'destination'],
};

/** @throws FhirError `invalid` that names the operation and what it lacks */
export function readPatch(parameters: Lossless): readonly PatchOperation[] {
  const given = membersOf(parameters);
  const list = given?.resourceType === 'Parameters' ? given.parameter : undefined;
  if (!Array.isArray(list) || !list.length)
    throw new FhirError('invalid', 'A FHIRPath Patch is a Parameters resource with parameters "operation".');
  if (list.length > MOST_OPERATIONS)
    throw new FhirError('invalid', `A FHIRPath Patch takes at most ${MOST_OPERATIONS} operations; send several patches.`);
  return list.map(readOperation);
}

function readOperation(given: Lossless, position: number): PatchOperation {
  const parameter = membersOf(given);
  const where = `Operation ${position} of the FHIRPath Patch`;
  if (parameter?.name !== 'operation' || !Array.isArray(parameter.part)) {
    throw new FhirError('invalid', `${where} must be a parameter with the name "operation" and parts.`);
  }
  const parts = new Map<string, PatchValue>();
  for (const part of parameter.part) {
    const members = membersOf(part);
    const name = members?.name;
    if (!members || typeof name !== 'string' || parts.has(name))
      throw new FhirError('invalid', `${where} has a part without a name, or one name twice.`);
    parts.set(name, patchValue(members));
  }
  const text = (name: string) => textOf(parts.get(name), `${where}: "${name}"`);
  const type = text('type') ?? '';
  const path = text('path');
  const needs = NEEDS[type];
  if (!needs) throw new FhirError('invalid', `${where} has the type "${type}", which is none of ${Object.keys(NEEDS).join(', ')}.`);
  if (!path) throw new FhirError('invalid', `${where} has no path.`);
  const lacking = needs.find((name) => !parts.has(name));
  if (lacking) throw new FhirError('invalid', `${where} (${type}) has no ${lacking}.`);
  const name = text('name');
  if (name && !ELEMENT.test(name)) throw new FhirError('invalid', `${where}: "name" must be the name of one element.`);
  const value = parts.get('value');
  const numbers = Object.fromEntries(
    ['index', 'source', 'destination']
      .filter((part) => parts.has(part))
      .map((part) => [part, numberOf(parts.get(part), `${where}: "${part}"`)]),
  );
  return {
    type: type as PatchOperation['type'],
    path,
    ...(name && { name }),
    ...(value && { value }),
    ...numbers,
    label: `${where} (${type} ${path})`,
  };
}

function patchValue(parameter: Members): PatchValue {
  if (Array.isArray(parameter.part)) {
    return { json: null, parts: parameter.part.map(patchPart) };
  }
  if (parameter.resource !== undefined) return { json: parameter.resource };
  const member = Object.keys(parameter).find((name) => name.startsWith('value')) ?? '';
  const type = member.slice('value'.length);
  const primitive =
    typeof parameter[member] !== 'object' || parameter[member] === null || 'isLosslessNumber' in (parameter[member] as object);
  return { type: primitive ? type.charAt(0).toLowerCase() + type.slice(1) : type, json: parameter[member] ?? null };
}

function patchPart(part: Lossless): NonNullable<PatchValue['parts']>[number] {
  const members = membersOf(part);
  const name = members?.name;
  if (!members || typeof name !== 'string' || !ELEMENT.test(name))
    throw new FhirError('invalid', 'Each part of a value in a FHIRPath Patch must have the name of an element.');
  return { name, value: patchValue(members) };
}

function textOf(value: PatchValue | undefined, what: string): string | undefined {
  if (value && typeof value.json !== 'string') throw new FhirError('invalid', `${what} must be a string.`);
  return value?.json as string | undefined;
}

function numberOf(value: PatchValue | undefined, what: string): number {
  const number = Number(String(value?.json));
  if (!Number.isInteger(number) || number < 0) throw new FhirError('invalid', `${what} must be a whole number from 0 on.`);
  return number;
}

function membersOf(value: Lossless): Members | undefined {
  return isLosslessObject(value) ? value : undefined;
}
