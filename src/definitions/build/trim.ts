/** Leaves out of the definitions what no part of the server reads: narrative, mappings, long prose, differentials. */
import type { ElementDefinition, FhirResource, StructureDefinition } from '../../fhir/types.ts';
import { correctElements } from './corrections.ts';

const unread: ReadonlySet<string> = new Set(['text', 'meta', 'contact', 'extension', 'useContext', 'mapping', 'purpose', 'copyright']);

const readOfStructure: ReadonlySet<string> = new Set(
  ['resourceType id url version name title status description fhirVersion kind abstract context contextInvariant type'].flatMap((names) => [
    ...names.split(' '),
    'baseDefinition',
    'derivation',
  ]),
);

const readOfElement: ReadonlySet<string> = new Set(
  'id path sliceName slicing short contentReference min max type maxLength mustSupport isModifier isSummary'.split(' '),
);
const readOfElementByPrefix = ['defaultValue', 'fixed', 'pattern', 'minValue', 'maxValue'];

/** Invariants that hold for every element of a kind; the validator has them in code, their repetition is left out. */
const everywhere: ReadonlySet<string> = new Set(['ele-1', 'ext-1']);

export function trim(resource: FhirResource): FhirResource {
  if (resource.resourceType === 'StructureDefinition') return trimStructure(resource);
  const kept = Object.fromEntries(Object.entries(resource).filter(([name]) => !unread.has(name))) as unknown as FhirResource;
  if (kept.resourceType === 'ValueSet' && kept.compose) delete kept.expansion;
  return kept;
}

function trimStructure(definition: StructureDefinition): StructureDefinition {
  const kept = Object.fromEntries(
    Object.entries(definition).filter(([name]) => readOfStructure.has(name)),
  ) as unknown as StructureDefinition;
  return { ...kept, snapshot: { element: correctElements(definition).map(trimElement) } };
}

function trimElement(element: ElementDefinition): ElementDefinition {
  const kept = Object.fromEntries(
    Object.entries(element).filter(([name, value]) => isRead(name) && value !== false),
  ) as unknown as ElementDefinition;
  const constraints = element.constraint?.filter(({ key }) => !everywhere.has(key)) ?? [];
  const { base, binding } = element;
  return {
    ...kept,
    ...(base && base.max !== element.max && { base }),
    ...(binding && { binding: { strength: binding.strength, ...(binding.valueSet && { valueSet: binding.valueSet }) } }),
    ...(constraints.length > 0 && {
      constraint: constraints.map(({ key, severity, human, expression }) => ({ key, severity, human, ...(expression && { expression }) })),
    }),
  };
}

function isRead(name: string): boolean {
  return readOfElement.has(name) || readOfElementByPrefix.some((prefix) => name.startsWith(prefix));
}
