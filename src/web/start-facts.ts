/** What an operator wants to know of a server that has just started; printed at start and shown on the start page. */
export interface StartFacts {
  /** Base of the FHIR REST API. */
  readonly baseUrl: string;
  /** Address of CDS Hooks discovery. */
  readonly cdsUrl: string;
  /** The store in use, in words, without secrets. */
  readonly store: string;
  /** Resources loaded from the content folders, by type. */
  readonly counts: ReadonlyMap<string, number>;
  readonly services: readonly OfferedService[];
  /** Sentences: which plans are not offered, and why. */
  readonly heldBack: readonly string[];
  /** Sentences about the content that an operator should know. */
  readonly remarks: readonly string[];
}

export interface OfferedService {
  readonly id: string;
  readonly hook: string;
  readonly title: string;
  /** Publication status of its plan. */
  readonly status: string;
}

/** The facts as lines for a terminal. */
export function startLines(facts: StartFacts): readonly string[] {
  return [
    `FHIR R4 base URL:     ${facts.baseUrl}`,
    `CDS Hooks discovery:  ${facts.cdsUrl}`,
    `Store:                ${facts.store}`,
    `Content loaded:       ${countsInWords(facts.counts)}`,
    ...listing(
      'CDS services offered: ',
      facts.services.map(({ id, hook, status }) => `${id} on ${hook} (${status})`),
    ),
    ...listing('Plans held back:      ', facts.heldBack),
    ...facts.remarks.map((remark) => `Remark:               ${remark}`),
  ];
}

function countsInWords(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([a], [b]) => a.localeCompare(b));
  return sorted.map(([type, count]) => `${count} ${type}`).join(', ') || 'none';
}

function listing(label: string, items: readonly string[]): readonly string[] {
  if (items.length === 0) return [`${label}none`];
  return items.map((item, index) => `${index === 0 ? label : ' '.repeat(label.length)}${item}`);
}
