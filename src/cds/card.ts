/** The answer of a service (https://cds-hooks.hl7.org/2.0/#cds-service-response). */
import type { FhirResource } from '../fhir/types.ts';

export interface Card {
  readonly uuid: string;
  readonly summary: string;
  readonly detail?: string;
  readonly indicator: 'info' | 'warning' | 'critical';
  readonly source: CardSource;
  readonly suggestions?: readonly Suggestion[];
  readonly selectionBehavior?: 'any' | 'at-most-one';
  readonly overrideReasons?: readonly OverrideReason[];
  readonly links?: readonly CardLink[];
  readonly extension: { readonly 'org.ramus.trace': Trace };
}

export interface CardSource {
  readonly label: string;
  readonly url?: string;
  readonly icon?: string;
}

export interface Suggestion {
  readonly label: string;
  readonly uuid: string;
  readonly isRecommended?: true;
  readonly actions: readonly SuggestedAction[];
}

export interface SuggestedAction {
  readonly type: 'create' | 'update';
  readonly description: string;
  readonly resource: FhirResource;
}

export interface OverrideReason {
  readonly code: string;
  readonly system: string;
  readonly display: string;
}

export interface CardLink {
  readonly label: string;
  readonly url: string;
  readonly type: 'absolute';
}

/** What the card stands for, in ids of the content; members without content are absent. */
export interface Trace {
  /** `url|version` of the entry plan. */
  readonly plan: string;
  /** Id of the plan's top-level action. */
  readonly action: string;
  /** Everything proposed on this card, whether or not there is a suggestion for it. */
  readonly items?: readonly string[];
  readonly withheld?: readonly TracedFinding[];
  readonly cautions?: readonly TracedFinding[];
  readonly exclusive?: readonly { readonly rule: string; readonly items: readonly string[] }[];
  readonly missing?: readonly { readonly rule: string; readonly reason: string }[];
}

export interface TracedFinding {
  readonly item: string;
  readonly rule: string;
  readonly severity: string;
  readonly reason: string;
}
