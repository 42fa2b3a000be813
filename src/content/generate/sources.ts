/** What a document's resources are generated from: the tables and texts of its `source/` folder. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QuestionnaireRow } from './questionnaires.ts';
import type { SearchParameterSource } from './search-parameters.ts';
import type { CodeRow, DocumentFacts, Issue, Item, Rules, ValueSetRow } from './source-tables.ts';
import type { ActivityTexts, CodeSystemSource, PlanTexts } from './source-texts.ts';

export interface Sources {
  readonly document: DocumentFacts;
  readonly items: readonly Item[];
  readonly rules: Rules;
  readonly rows: readonly ValueSetRow[];
  readonly titles: ReadonlyMap<string, string>;
  readonly codes: readonly CodeRow[];
  /** Item to the concept of the code table that stands for it. */
  readonly concepts: ReadonlyMap<string, string>;
  /** Item to its product codes, `system|code`. */
  readonly products: Readonly<Record<string, readonly string[]>>;
  readonly codeSystems: readonly CodeSystemSource[];
  readonly activities: ActivityTexts;
  readonly plans: PlanTexts;
  readonly questionnaires: readonly QuestionnaireRow[];
  readonly faq: Readonly<Record<string, { readonly question: string; readonly answer: string }>>;
  readonly article: string;
}

/** Reads `{folder}/source`. @throws where a file is missing or is not JSON */
export function readSources(folder: string): Sources {
  const path = (name: string) => join(folder, 'source', name);
  return {
    document: json(path('document.json')),
    items: json(path('inventory.json')),
    rules: json(path('rules.json')),
    rows: table(path('value-set-rows.tsv')) as unknown as ValueSetRow[],
    titles: new Map(table(path('value-sets.tsv')).map(({ set, title }) => [set ?? '', title ?? ''])),
    codes: table(path('codes.tsv')) as unknown as CodeRow[],
    concepts: new Map(table(path('item-concepts.tsv')).map(({ item, concept }) => [item ?? '', concept ?? ''])),
    products: json(path('products.json')),
    codeSystems: json(path('code-systems.json')),
    activities: json(path('activities.json')),
    plans: json(path('plans.json')),
    questionnaires: json(path('questionnaires.json')),
    faq: json(path('faq.json')),
    article: readFileSync(path('article.md'), 'utf8'),
  };
}

export interface ProfileSources {
  readonly document: Issue;
  readonly codeSystems: readonly CodeSystemSource[];
  readonly extensions: readonly ExtensionSource[];
  readonly searchParameters: readonly SearchParameterSource[];
}

export interface ExtensionSource {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly context: readonly { readonly type: 'element'; readonly expression: string }[];
  readonly element: readonly ElementSource[];
}

/** A differential element of an extension. */
export interface ElementSource {
  readonly id: string;
  readonly path: string;
  readonly sliceName?: string;
  readonly [member: string]: unknown;
}

/** Reads `{folder}/source` of the profiles. */
export function readProfileSources(folder: string): ProfileSources {
  const extensions = join(folder, 'source', 'extensions');
  return {
    document: json(join(folder, 'source', 'document.json')),
    codeSystems: json(join(folder, 'source', 'code-systems.json')),
    extensions: readdirSync(extensions)
      .sort()
      .map((name) => json<ExtensionSource>(join(extensions, name))),
    searchParameters: json(join(folder, 'source', 'search-parameters.json')),
  };
}

function json<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

/** Rows of a tab-separated table, each as an object of its columns. */
function table(path: string): Record<string, string>[] {
  const [head, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const columns = (head ?? '').split('\t');
  return lines.map((line) => {
    const cells = line.split('\t');
    return Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? '']));
  });
}
