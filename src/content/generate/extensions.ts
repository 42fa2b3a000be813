/**
 * Extension definitions with snapshot (https://hl7.org/fhir/R4/profiling.html#snapshot): the differential is the source, the
 * base is R4's Extension, written out below since it is small and never changes.
 */
import type { ElementDefinition, StructureDefinition } from '../../fhir/types.ts';
import { metadata } from './metadata.ts';
import { naming } from './naming.ts';
import type { Issue } from './source-tables.ts';
import type { ElementSource, ExtensionSource } from './sources.ts';
import { trace } from './trace.ts';

const BASE = 'http://hl7.org/fhir/StructureDefinition/Extension';

export function extensionDefinition(issue: Issue, source: ExtensionSource): StructureDefinition {
  const names = naming(issue);
  const { id, title, description } = source;
  const differential = source.element as unknown as ElementDefinition[];
  return {
    ...metadata('StructureDefinition', issue, names, { id, title, description, extension: [trace(names, { layer: 'project' })] }),
    fhirVersion: '4.0.1',
    kind: 'complex-type',
    abstract: false,
    context: [...source.context],
    type: 'Extension',
    baseDefinition: BASE,
    derivation: 'constraint',
    snapshot: { element: snapshot(source.element) },
    differential: { element: differential },
  };
}

/** Each element of the base, and of a slice, in the order of the base, with what the differential says about it. */
function snapshot(differential: readonly ElementSource[]): ElementDefinition[] {
  const told = new Map(differential.map((element) => [element.id, element]));
  const slices = differential.filter(({ sliceName }) => sliceName);
  const [root, id, extension, url, value] = baseElements('Extension', '');
  const sliced = slices.flatMap((slice) => {
    const [top, ...parts] = baseElements('Extension.extension', `:${slice.sliceName}`);
    return [top, ...parts];
  });
  return [root, id, extension, ...sliced, url, value].flatMap((element) => (element ? [merged(element, told)] : []));
}

function merged(element: ElementDefinition, told: ReadonlyMap<string, ElementSource>): ElementDefinition {
  const { id, path, ...rest } = (told.get(element.id ?? '') ?? {}) as Partial<ElementDefinition>;
  const constraint = [...(element.constraint ?? []), ...(rest.constraint ?? [])];
  return { ...element, ...rest, ...(constraint.length && { constraint }) };
}

/** The five elements of an Extension, as the base has them, at a path. */
function baseElements(path: string, slice: string): ElementDefinition[] {
  const id = `${path}${slice}`;
  const child = (name: string, max: string, short: string, min = 0) => ({
    id: `${id}.${name}`,
    path: `${path}.${name}`,
    short,
    definition: short,
    min,
    max,
  });
  return [
    {
      id,
      path,
      short: 'Additional content defined by implementations',
      definition: 'May be used to represent additional information that is not part of the basic definition of the element.',
      min: 0,
      max: '*',
      base: { path: path === 'Extension' ? 'Extension' : 'Element.extension', min: 0, max: '*' },
      ...(path !== 'Extension' && { type: [{ code: 'Extension' }] }),
      constraint: [...INVARIANTS],
      isModifier: false,
    },
    {
      ...child('id', '1', 'Unique id for inter-element referencing'),
      representation: ['xmlAttr'],
      base: { path: 'Element.id', min: 0, max: '1' },
      type: [{ code: 'string' }],
    },
    { ...child('extension', '*', 'Extension'), base: { path: 'Element.extension', min: 0, max: '*' }, type: [{ code: 'Extension' }] },
    {
      ...child('url', '1', 'Identifies the meaning of the extension', 1),
      representation: ['xmlAttr'],
      base: { path: 'Extension.url', min: 1, max: '1' },
      type: [{ code: 'uri' }],
    },
    {
      ...child('value[x]', '1', 'Value of extension'),
      base: { path: 'Extension.value[x]', min: 0, max: '1' },
      type: VALUE_TYPES.map((code) => ({ code })),
    },
  ];
}

const INVARIANTS: readonly NonNullable<ElementDefinition['constraint']>[number][] = [
  {
    key: 'ele-1',
    severity: 'error',
    human: 'All FHIR elements must have a @value or children',
    expression: 'hasValue() or (children().count() > id.count())',
    source: 'http://hl7.org/fhir/StructureDefinition/Element',
  },
  {
    key: 'ext-1',
    severity: 'error',
    human: 'Must have either extensions or value[x], not both',
    expression: 'extension.exists() != value.exists()',
    source: BASE,
  },
];

/** The data types that an extension may have: https://hl7.org/fhir/R4/extensibility.html. */
const VALUE_TYPES = (
  'base64Binary boolean canonical code date dateTime decimal id instant integer markdown oid positiveInt string time unsignedInt uri url uuid ' +
  'Address Age Annotation Attachment CodeableConcept Coding ContactPoint Count Distance Duration HumanName Identifier Money Period Quantity ' +
  'Range Ratio Reference SampledData Signature Timing ContactDetail Contributor DataRequirement Expression ParameterDefinition RelatedArtifact ' +
  'TriggerDefinition UsageContext Dosage Meta'
).split(' ');
