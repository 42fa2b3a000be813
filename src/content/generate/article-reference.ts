/** The article as a document that others can point to (https://hl7.org/fhir/R4/documentreference.html). */
import type { DocumentReference } from '../../fhir/types.ts';
import type { Generation } from './generation.ts';
import { reviewTag } from './review-tag.ts';
import { itemTrace } from './trace.ts';

/** Shares the id of the Library that sums the article up. */
export function articleReference({ sources, names, item }: Generation): DocumentReference {
  const [authorship, updated] = [item('meta.authorship'), item('meta.last-updated')];
  return {
    resourceType: 'DocumentReference',
    id: sources.document.article,
    meta: reviewTag(names),
    extension: [itemTrace(names, [authorship, updated])],
    status: 'current',
    docStatus: 'preliminary',
    author: [{ display: String(authorship.facts.author) }],
    description: 'The article that the content is made from; its own text is not kept here.',
    content: [
      {
        attachment: {
          contentType: 'text/html',
          language: 'en',
          title: 'Article on posterior ramus syndrome',
          creation: String(updated.facts.date),
        },
      },
    ],
  };
}
