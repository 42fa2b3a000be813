/** ActivityDefinitions (https://hl7.org/fhir/R4/activitydefinition.html): what a plan drafts for an item. */
import type { ActivityDefinition, CodeableConcept, Coding, Extension, TimingRepeat } from '../../fhir/types.ts';
import { found, type Generation } from './generation.ts';
import { metadata } from './metadata.ts';
import { contentCoding } from './naming.ts';
import type { Item } from './source-tables.ts';
import type { ActivityText, Note } from './source-texts.ts';
import { articleLinks, itemTrace, trace } from './trace.ts';
import { freeSnomed } from './value-sets.ts';

/** Tests, treatments, advice and procedures: every item that has a text of its own and is no medicine. */
export function itemActivities(generation: Generation): ActivityDefinition[] {
  const { activities, document, items } = generation.sources;
  const others = items.filter(({ section, id }) => activities.items[id] && !document.medicineSections.includes(section));
  return others.flatMap((item) => {
    const text = found(activities.items[item.id], `${item.id} has no text in activities.json.`);
    return text.message ? messages(generation, item, text) : [service(generation, item, text)];
  });
}

function service(generation: Generation, item: Item, text: ActivityText): ActivityDefinition {
  const takesPart = generation.sources.activities.participants.includes(item.section);
  return {
    ...described(generation, item, text),
    kind: 'ServiceRequest',
    intent: 'proposal',
    code: itemCode(generation, item),
    ...(takesPart && { participant: [{ type: 'practitioner' }] }),
    ...(text.bodySite && { bodySite: [{ text: text.bodySite }] }),
  };
}

/** Advice to the patient; what to avoid is a message of its own, a positive one: "do not perform" would forbid to tell it. */
function messages(generation: Generation, item: Item, text: ActivityText): ActivityDefinition[] {
  const { purposeOfMessage } = generation.sources.activities;
  const told = message(generation, item, text, purposeOfMessage.do);
  if (!text.avoid) return [told];
  const avoided = { ...text.avoid, description: 'Message to the patient: what to avoid.' };
  return [told, message(generation, item, avoided, purposeOfMessage.avoid, '-avoid')];
}

function message(generation: Generation, item: Item, text: ActivityText, purpose: string, suffix = ''): ActivityDefinition {
  const repeat = item.facts.timing as TimingRepeat | undefined;
  const expression = `'${found(text.message, `${item.id} has no message in activities.json.`)}'`;
  return {
    ...described(generation, item, text, suffix),
    kind: 'CommunicationRequest',
    intent: 'proposal',
    code: itemCode(generation, item),
    ...(repeat && { timingTiming: { repeat } }),
    dynamicValue: [{ path: 'payload[0].contentString', expression: { description: purpose, language: 'text/fhirpath', expression } }],
  };
}

/** Metadata, purpose and links of the activity of an item; `suffix` where the item has two. */
export function described(generation: Generation, item: Item, text: ActivityText, suffix = '') {
  const { sources, names, article, resourceId } = generation;
  const about = {
    id: `${resourceId(item.id)}${suffix}`,
    title: text.title,
    description: text.description ?? '',
    extension: [itemTrace(names, [item]), ...noteTraces(generation, item, text.notes)],
  };
  return {
    ...metadata('ActivityDefinition', sources.document, names, about),
    ...purposes(item),
    topic: [topic(topicOf(generation, item))],
    relatedArtifact: articleLinks(article, [item]),
  };
}

/** What the project or the overlay says on the item; of the article is only what the resource says itself. */
function noteTraces({ names }: Generation, { id }: Item, notes: readonly Note[] = []): Extension[] {
  return notes.map(({ layer, text }) => trace(names, { items: [id], layer, note: text }));
}

function purposes({ facts }: Item): { purpose?: string; usage?: string } {
  const [purpose, mechanism, meaning] = [facts.purpose, facts.mechanism, facts.meaning].map(joined);
  const usage = [
    mechanism && `Mechanism according to the article: ${mechanism}`,
    meaning && `Meaning according to the article: ${meaning}`,
  ];
  return { ...(purpose && { purpose }), ...(usage.some(Boolean) && { usage: usage.filter(Boolean).join('. ') }) };
}

function joined(value: unknown): string {
  return (Array.isArray(value) ? value : [value ?? '']).join('; ');
}

/** A practice that the patient learns and does alone counts as education, not as treatment. */
function topicOf({ sources }: Generation, { section }: Item): string {
  return Object.entries(sources.activities.topics).find(([beginning]) => section.startsWith(beginning))?.[1] ?? 'treatment';
}

export function topic(code: string): CodeableConcept {
  return { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/definition-topic', code }] };
}

/** The item, and beside it the standard codes that mean exactly the same and may be used without a licence. */
function itemCode(generation: Generation, item: Item): CodeableConcept {
  return { coding: [contentCoding(generation.names, item), ...exactCodings(generation, item)] };
}

function exactCodings(generation: Generation, { id }: Item): Coding[] {
  const { codes, concepts } = generation.sources;
  const isFree = freeSnomed(generation);
  const exact = codes.filter(({ concept, match }) => match === 'exact' && concept === concepts.get(id));
  const usable = exact.filter(({ system, code }) => system === 'http://loinc.org' || (system === 'http://snomed.info/sct' && isFree(code)));
  return usable.map(({ system, code, display }) => ({ system, code, display }));
}
