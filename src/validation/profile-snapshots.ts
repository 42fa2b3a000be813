import type { Definitions } from '../fhir/definitions.ts';
import { FhirError } from '../fhir/error.ts';
import type { ElementDefinition, StructureDefinition } from '../fhir/types.ts';
import type { Structures } from './shape.ts';
import { generateSnapshot } from './snapshot.ts';

/** A profile with a snapshot, its own or made from its differential and its base; and the same as the judge of slices can read it. */
interface WholeProfile {
  readonly whole: StructureDefinition;
  readonly plain: StructureDefinition;
}

/** @throws FhirError `unprocessable`: why there is no snapshot, to be put behind "could not be checked:" */
export type Snapshots = (profile: StructureDefinition) => Promise<WholeProfile>;

const LONGEST_CHAIN = 20;

/** What was made is kept by profile and base, so a new version of either makes it anew. */
export function createSnapshots({ definitions, structure }: { definitions: Definitions; structure: Structures }): Snapshots {
  const made = new WeakMap<StructureDefinition, { readonly base: StructureDefinition; readonly whole: StructureDefinition }>();
  const prepared = new WeakMap<StructureDefinition, StructureDefinition>();

  async function withSnapshot(profile: StructureDefinition, depth: number): Promise<StructureDefinition> {
    if (profile.snapshot?.element.length) return profile;
    const { baseDefinition = '', differential } = profile;
    if (!differential?.element.length) throw new FhirError('unprocessable', 'it has neither snapshot nor differential');
    if (depth > LONGEST_CHAIN) throw new FhirError('unprocessable', 'its bases lead in a circle, or too far');
    const base = structure(baseDefinition) ?? (await definitions.resolve<StructureDefinition>(baseDefinition, 'StructureDefinition'));
    if (!base) throw new FhirError('unprocessable', `its base ${baseDefinition} is not known here`);
    const whole = await withSnapshot(base, depth + 1);
    const known = made.get(profile);
    if (known?.base === whole) return known.whole;
    const generated = generateSnapshot(profile, whole, structure);
    made.set(profile, { base: whole, whole: generated });
    return generated;
  }

  return async (profile) => {
    const whole = await withSnapshot(profile, 0);
    const plain = prepared.get(whole) ?? madePlain(whole);
    prepared.set(whole, plain);
    return { whole, plain };
  };
}

/**
 * What the judge of slices cannot see by itself: the url of an extension slice, which only its profile tells, as a fixed value;
 * and that content elsewhere is like an element that is sliced here, but without its slices. Without invariants: those of a
 * profile may come from anywhere, so they are evaluated by the engine whose regular expressions end.
 */
function madePlain(profile: StructureDefinition): StructureDefinition {
  const elements = profile.snapshot?.element ?? [];
  const ids = new Set(elements.map(({ id }) => id));
  const sliced = new Set(elements.filter(({ sliceName }) => sliceName).map(({ path }) => path));
  const plain = elements.flatMap((element) => [withOwnType(element, sliced), ...sliceUrl(element, ids)]);
  return { ...profile, snapshot: { element: plain } };
}

function sliceUrl(
  { id, path, sliceName, type: [type] = [] as never }: ElementDefinition,
  ids: ReadonlySet<string | undefined>,
): readonly ElementDefinition[] {
  const [url] = type?.profile ?? [];
  if (!sliceName || type?.code !== 'Extension' || !url || ids.has(`${id}.url`)) return [];
  return [{ id: `${id}.url`, path: `${path}.url`, min: 1, max: '1', type: [{ code: 'uri' }], fixedUri: url }];
}

function withOwnType({ contentReference, constraint: _, ...element }: ElementDefinition, sliced: ReadonlySet<string>): ElementDefinition {
  const path = contentReference?.split('#')[1];
  if (!path || !sliced.has(path)) return { ...element, ...(contentReference && { contentReference }) };
  const code = path
    .split('.')
    .map((name) => name.charAt(0).toUpperCase() + name.slice(1))
    .join('');
  return { ...element, type: [{ code }] };
}
