/** CodeSystem (https://hl7.org/fhir/R4/codesystem.html): the small ones, and the one of the article's items. */
import type { CodeSystem, CodeSystemConcept, CodeSystemConceptProperty, ValueSet } from '../../fhir/types.ts';
import { metadata } from './metadata.ts';
import { naming } from './naming.ts';
import type { DocumentFacts, Issue, Item } from './source-tables.ts';
import type { CodeSystemSource } from './source-texts.ts';
import { trace } from './trace.ts';

export function codeSystem(issue: Issue, source: CodeSystemSource): CodeSystem {
  const names = naming(issue);
  const { title, description } = source;
  return {
    ...metadata('CodeSystem', issue, names, { id: source.id, title, description, extension: [trace(names, { layer: 'project' })] }),
    caseSensitive: true,
    content: 'complete',
    concept: [...concepts(source)],
  };
}

function concepts({ concepts = {}, levels = {} }: CodeSystemSource): CodeSystemConcept[] {
  const told = Object.entries(concepts).map(([code, words]): CodeSystemConcept => {
    const { display = code, definition } = typeof words === 'string' ? { display: words } : words;
    return { code, display, ...(definition && { definition }) };
  });
  const numbered = Object.entries(levels).flatMap(([letter, highest]) =>
    Array.from({ length: highest }, (_, i): CodeSystemConcept => ({ code: `${letter}${i + 1}`, display: `${letter}${i + 1}` })),
  );
  return [...told, ...numbered];
}

/** The value set of all codes of a code system, under the same id. */
export function wholeValueSet(issue: Issue, { id, valueSet }: CodeSystemSource): ValueSet[] {
  if (!valueSet) return [];
  const names = naming(issue);
  const about = { id, title: valueSet, description: 'All codes.', extension: [trace(names, { layer: 'project' })] };
  return [{ ...metadata('ValueSet', issue, names, about), compose: { include: [{ system: names.canonical('CodeSystem', id) }] } }];
}

/** What the concepts tell beside their name. */
const PROPERTIES = {
  section: ['code', 'Section of the article'],
  line: ['integer', 'Line of the article'],
  category: ['code', "Kind of cause; the grouping is the project's"],
  branch: ['code', 'Branch of the ramus'],
  level: ['string', 'Spinal level'],
} as const;

/** One concept for each item; the only local system for syndromes, signs, tests and treatments. */
export function contentCodeSystem(issue: DocumentFacts, items: readonly Item[]): CodeSystem {
  const names = naming(issue);
  const url = names.canonical('CodeSystem', 'content');
  const about = {
    id: 'content',
    title: 'Items of the article',
    description: 'One concept for each item of the inventory; the code is its id.',
    extension: [trace(names, { layer: 'project' })],
  };
  return {
    ...metadata('CodeSystem', issue, names, about),
    caseSensitive: true,
    content: 'complete',
    count: items.length,
    property: Object.entries(PROPERTIES).map(([code, [type, description]]) => ({ code, uri: `${url}#${code}`, description, type })),
    concept: items.map((item) => itemConcept(item, issue.explainedSections.includes(item.section))),
  };
}

function itemConcept({ id, name, section, line, facts }: Item, isExplained: boolean): CodeSystemConcept {
  const property: CodeSystemConceptProperty[] = [
    { code: 'section', valueCode: section },
    { code: 'line', valueInteger: line },
  ];
  if (isExplained && typeof facts.category === 'string') property.push({ code: 'category', valueCode: facts.category });
  if (typeof facts.branch === 'string') property.push({ code: 'branch', valueCode: facts.branch });
  for (const level of strings(facts.levels)) property.push({ code: 'level', valueString: level });
  const mechanism = strings(facts.mechanism).join('; ');
  return { code: id, display: name, ...(isExplained && mechanism && { definition: mechanism }), property };
}

function strings(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((entry) => typeof entry === 'string');
}
