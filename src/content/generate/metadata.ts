/** The members that all generated canonical resources share (https://hl7.org/fhir/R4/metadatatypes.html). */
import type { Extension, ResourceType } from '../../fhir/types.ts';
import { type Naming, pascalCase } from './naming.ts';
import type { Issue } from './source-tables.ts';

export interface Described {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly extension: readonly Extension[];
}

export interface Metadata<T extends ResourceType> {
  readonly resourceType: T;
  readonly id: string;
  readonly extension: Extension[];
  readonly url: string;
  readonly version: string;
  readonly name: string;
  readonly title: string;
  readonly status: 'draft';
  readonly experimental: true;
  readonly date: string;
  readonly publisher: string;
  readonly description: string;
}

/** All content is draft and experimental: no clinician has reviewed it. */
export function metadata<T extends ResourceType>(resourceType: T, issue: Issue, names: Naming, about: Described): Metadata<T> {
  return {
    resourceType,
    id: about.id,
    extension: [...about.extension],
    url: names.canonical(resourceType, about.id),
    version: issue.version,
    name: pascalCase(about.id),
    title: about.title,
    status: 'draft',
    experimental: true,
    date: issue.date,
    publisher: issue.publisher,
    description: about.description,
  };
}
