/** The tables of a document's `source/` folder: its facts, the rules, the codes. */
import type { Dosage } from '../../fhir/types.ts';

/** What all resources of a folder share. */
export interface Issue {
  /** Base of all canonicals. */
  readonly base: string;
  readonly version: string;
  readonly date: string;
  readonly publisher: string;
}

export interface DocumentFacts extends Issue {
  /** First part of the ids of what belongs to this document alone. */
  readonly prefix: string;
  /** Ids of the Libraries that the generated resources point to. */
  readonly article: string;
  readonly faq: string;
  readonly logic: string;
  readonly safetyPlans: { readonly medicines: string; readonly treatments: string };
  readonly titles: { readonly article: string; readonly faq: string; readonly logic: string };
  /** Items that tell who wrote the article and when it was changed last. */
  readonly authorship: string;
  readonly lastUpdated: string;
  /** Sections of the inventory that the Library of the article stands for. */
  readonly articleSections: readonly string[];
  /** Sections whose concepts have a mechanism as their definition, and a category. */
  readonly explainedSections: readonly string[];
  /** Sections whose items are medicines. */
  readonly medicineSections: readonly string[];
  /** Of these, sections of which only items with an indication are drafted. */
  readonly gatedSections: readonly string[];
  /** LOINC code of the panel that pressures are components of. */
  readonly bloodPressurePanel: string;
  /** Rules whose words set a start or an interval of their own. */
  readonly doseInWords: readonly string[];
  /** Sources of those item notes that name none themselves. */
  readonly noteSources: Readonly<Record<string, string>>;
  readonly missingTitles: Readonly<Record<string, string>>;
}

/** A fact or figure of the document, as the inventory has it. */
export interface Item {
  readonly id: string;
  readonly section: string;
  readonly name: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly cites: readonly string[];
  readonly line: number;
}

/** A way to take a medicine; `dosage` is a valid R4 Dosage. */
export interface Regimen {
  readonly text: string;
  readonly phase?: string;
  readonly dosage: Dosage;
  readonly frequencyDerived?: boolean;
  readonly routeInferred?: { readonly text: string };
}

export interface Rule {
  readonly id: string;
  readonly words: string;
  readonly when: string;
  readonly layer: Layer;
  readonly source?: string;
  readonly mixed?: string;
}

export interface PathwayRule extends Rule {
  readonly items: readonly string[];
  readonly indicator: 'info' | 'warning' | 'critical';
}

export interface SafetyRule extends Rule {
  readonly severity: string;
  readonly affects: readonly string[];
  readonly maxPerDay?: { readonly value: number; readonly unit: string };
  readonly groups?: Readonly<Record<string, readonly string[]>>;
}

export type Layer = 'document' | 'overlay' | 'project';

export interface Rules {
  readonly valueSets: Readonly<
    Record<string, { readonly of: string; readonly title: string; readonly rows: Readonly<Record<string, string[]>> }>
  >;
  readonly expressions: Readonly<Record<string, { readonly words: string; readonly fhirpath: string }>>;
  readonly pathway: readonly PathwayRule[];
  readonly safety: readonly SafetyRule[];
  readonly missing: readonly Rule[];
  readonly itemNotes: Readonly<Record<string, string>>;
}

/** A code of a value set with its grade; `filter`: it stands for a family of codes. */
export interface ValueSetRow {
  readonly set: string;
  readonly grade: string;
  readonly system: string;
  readonly code: string;
  readonly filter: string;
  readonly display: string;
  readonly evidence: string;
}

/** A standard code for a concept of the document. */
export interface CodeRow {
  readonly concept: string;
  readonly system: string;
  readonly code: string;
  readonly match: string;
  readonly display: string;
  readonly evidence: string;
}
