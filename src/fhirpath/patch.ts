/** FHIRPath Patch (https://hl7.org/fhir/R4/fhirpatch.html) on JSON that keeps its digits. */
import { FhirError } from '../fhir/error.ts';
import { copyLossless, isLosslessObject, type Lossless, type LosslessObject as Members, stringifyLossless } from '../fhir/json.ts';
import { compile, evaluate } from './expression.ts';
import { type PatchOperation, type PatchValue, readPatch } from './patch-operations.ts';
import { isPlaced, memberName, type PlacedNode, step, stepsTo } from './place.ts';
import { dropEmptyShadow, listIn, type Steps, setList, shadowAt } from './shadow.ts';

/** What R4 says of an element by path (`HumanName.given`, `Patient.contact`); undefined: there is none. */
export type ElementFacts = (path: string) => { readonly list: boolean; readonly choice: boolean } | undefined;

interface Target {
  readonly node: PlacedNode;
  readonly steps: Steps;
}

/**
 * The resource after all operations, each on the result of the one before; the one given is left as it was.
 * @param parameters - the body of the patch, a lossless Parameters resource
 * @throws FhirError `invalid` for a patch that is not one, `unprocessable` where an operation does not fit the resource
 */
export function applyFhirPathPatch(resource: Lossless, parameters: Lossless, facts: ElementFacts): Lossless {
  return readPatch(parameters).reduce((patched, operation) => applyOperation(patched, operation, facts), copyLossless(resource));
}

function applyOperation(resource: Lossless, operation: PatchOperation, facts: ElementFacts): Lossless {
  switch (operation.type) {
    case 'add':
      add(resource, operation, facts);
      break;
    case 'insert':
      insert(resource, operation, facts);
      break;
    case 'delete':
      remove(resource, operation);
      break;
    case 'replace':
      replace(resource, operation, facts);
      break;
    case 'move':
      move(resource, operation);
      break;
  }
  return resource;
}

function add(resource: Lossless, operation: PatchOperation, facts: ElementFacts): void {
  const { node, steps } = only(resource, operation);
  const name = operation.name ?? '';
  const path = `${node.path}.${name}`;
  const fact = isLosslessObject(at(resource, steps)) ? facts(path) : OF_PRIMITIVES[name];
  if (!fact) throw unfit(operation, `${node.path} has no element "${name}"`);
  const { type, json } = written(operation, path, facts);
  const parent = holderAt(resource, steps, operation);
  const member = fact.choice ? name + capital(type ?? '') : name;
  const known = parent[fact.choice ? memberName(parent, name) : name]; // `versionNeeded` is no version
  if (fact.list) setList(parent, member, (items, added) => [...items, added], json);
  else if (known !== undefined) throw unfit(operation, `"${name}" is there already and may stand once; replace it`);
  else parent[member] = json;
}

function insert(resource: Lossless, operation: PatchOperation, facts: ElementFacts): void {
  const { parent, member, list, path } = listOf(resource, operation);
  const index = operation.index ?? 0;
  if (index > list.length) throw unfit(operation, `the index ${index} lies beyond the list of ${list.length}`);
  const { json } = written(operation, path, facts);
  setList(parent, member, (items, added) => items.toSpliced(index, 0, added), json);
}

function remove(resource: Lossless, operation: PatchOperation): void {
  const found = targets(resource, operation);
  if (found.length > 1) throw unfit(operation, `the path finds ${found.length} elements; it may find one at most`);
  const [target] = found;
  if (!target) return;
  const last = target.steps.at(-1);
  if (last === undefined) throw unfit(operation, 'the resource itself cannot be deleted by a patch');
  if (typeof last === 'string') {
    const parent = at(resource, target.steps.slice(0, -1)) as Members;
    delete parent[last];
    delete parent[`_${last}`];
  } else {
    const parent = at(resource, target.steps.slice(0, -2)) as Members;
    setList(parent, String(target.steps.at(-2)), (items) => items.toSpliced(last, 1));
  }
  dropEmptyShadow(resource, target.steps);
}

function replace(resource: Lossless, operation: PatchOperation, facts: ElementFacts): void {
  const { node, steps } = only(resource, operation);
  const last = steps.at(-1);
  if (last === undefined) throw unfit(operation, 'the resource itself cannot be replaced by a patch; use PUT');
  const { type, json } = written(operation, String(node.path), facts);
  if (typeof last === 'string') {
    rename(at(resource, steps.slice(0, -1)) as Members, last, choiceMember(node, last, type), json);
    return;
  }
  const [parent, member] = [at(resource, steps.slice(0, -2)) as Members, String(steps.at(-2))];
  const list = listIn(parent, member);
  if (last >= list.length) throw unfit(operation, `"${member}" is no list of elements`);
  parent[member] = list.with(last, json);
}

/** The member a replaced choice stands in: another type of value has another name. */
function choiceMember(node: PlacedNode, member: string, type: string | undefined): string {
  const element = /([^.[]+)(?:\[\d+\])?$/.exec(node.fullPropertyName())?.[1] ?? member;
  return element === member || !type ? member : element + capital(type);
}

/** Id and extensions of a primitive stay beside it as long as it keeps its type. */
function rename(parent: Members, from: string, to: string, value: Lossless): void {
  if (to !== from) delete parent[`_${from}`];
  const entries = Object.entries(parent);
  for (const name of Object.keys(parent)) delete parent[name];
  for (const [name, kept] of entries) parent[name === from ? to : name] = name === from ? value : kept;
  parent[to] = value;
}

function move(resource: Lossless, operation: PatchOperation): void {
  const { parent, member, list } = listOf(resource, operation);
  const { source = 0, destination = 0 } = operation;
  if (source >= list.length || destination >= list.length) {
    throw unfit(operation, `source and destination must lie inside the list of ${list.length}`);
  }
  const shift = (items: readonly Lossless[]) => items.toSpliced(source, 1).toSpliced(destination, 0, items[source] ?? null);
  setList(parent, member, shift);
}

/** The array that a path names: that of the elements it finds, or of what stands behind its last dot where it finds none. */
function listOf(
  resource: Lossless,
  operation: PatchOperation,
): { parent: Members; member: string; list: readonly Lossless[]; path: string } {
  const found = targets(resource, operation);
  const places = new Set(found.map(({ steps }) => JSON.stringify(steps.slice(0, -1))));
  const [first] = found;
  if (places.size > 1 || (first && typeof first.steps.at(-1) !== 'number')) throw unfit(operation, 'the path must name one list');
  if (first) {
    const parent = at(resource, first.steps.slice(0, -2)) as Members;
    const member = String(first.steps.at(-2));
    return { parent, member, list: listIn(parent, member), path: String(first.node.path) };
  }
  const [, before = '', member = ''] = /^(.+)\.([A-Za-z]\w*)$/.exec(operation.path) ?? [];
  if (!member) throw unfit(operation, 'the path finds nothing');
  const { node, steps } = only(resource, { ...operation, path: before });
  if (!isLosslessObject(at(resource, steps)) && member !== 'extension') throw unfit(operation, 'the path finds nothing');
  return { parent: holderAt(resource, steps, operation), member, list: [], path: `${node.path}.${member}` };
}

/** What a primitive has besides its value. */
const OF_PRIMITIVES: Readonly<Record<string, ReturnType<ElementFacts>>> = {
  id: { list: false, choice: false },
  extension: { list: true, choice: false },
};

/** The object that holds the members of an element: for a primitive, the one beside it. */
function holderAt(resource: Lossless, steps: Steps, operation: PatchOperation): Members {
  const element = at(resource, steps);
  const holder = isLosslessObject(element) ? element : shadowAt(resource, steps);
  if (!isLosslessObject(holder)) throw unfit(operation, 'what stands beside the primitive is no object of id and extensions');
  return holder;
}

function written(operation: PatchOperation, path: string, facts: ElementFacts): { type: string | undefined; json: Lossless } {
  const { value, label } = operation;
  const json = value ? jsonOf(value, path, facts) : null;
  if (!value || json === null) throw new FhirError('invalid', `${label} has no value.`);
  return { type: value.type, json };
}

function jsonOf(value: PatchValue, path: string, facts: ElementFacts): Lossless {
  if (!value.parts) return value.json;
  const members: Members = {};
  for (const part of value.parts) {
    const fact = facts(`${path}.${part.name}`);
    const json = jsonOf(part.value, `${path}.${part.name}`, facts);
    const member = fact?.choice ? part.name + capital(part.value.type ?? '') : part.name;
    members[member] = fact?.list ? [...((members[member] as Lossless[] | undefined) ?? []), json] : json;
  }
  return members;
}

function only(resource: Lossless, operation: PatchOperation): Target {
  const found = targets(resource, operation);
  const [target] = found;
  if (!target || found.length > 1) throw unfit(operation, `the path finds ${found.length} elements; it must find exactly one`);
  return target;
}

function targets(resource: Lossless, operation: PatchOperation): readonly Target[] {
  const nodes = evaluate(compile(operation.path), JSON.parse(stringifyLossless(resource)), { keepTypes: true });
  return nodes.map((node) => {
    if (!isPlaced(node)) throw unfit(operation, 'the path finds a computed value, not an element');
    return { node, steps: stepsTo(node, resource) };
  });
}

function at(resource: Lossless, steps: Steps): Lossless | undefined {
  return steps.reduce<unknown>(step, resource) as Lossless | undefined;
}

function capital(type: string): string {
  return type.charAt(0).toUpperCase() + type.slice(1);
}

function unfit({ label }: PatchOperation, why: string): FhirError {
  return new FhirError('unprocessable', `${label}: ${why}; nothing was changed.`);
}
