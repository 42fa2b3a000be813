/** The Libraries of the article: a summary, and answers to its questions, both in own words. */
import type { Attachment, Library } from '../../fhir/types.ts';
import type { Generation } from './generation.ts';
import { metadata } from './metadata.ts';
import { articleLinks, itemTrace } from './trace.ts';

const TYPE = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/library-type', code: 'asset-collection' }] };

export function articleLibrary({ sources, names, item }: Generation): Library {
  const { document, items, article } = sources;
  const carried = items.filter(({ section }) => document.articleSections.includes(section));
  const { author, reviewer } = item(document.authorship).facts;
  const { date } = item(document.lastUpdated).facts;
  const about = {
    id: document.article,
    title: document.titles.article,
    description: 'What the article says, in own words; the resources of the document refer to its lines.',
    extension: [itemTrace(names, carried)],
  };
  return {
    ...metadata('Library', document, names, about),
    type: TYPE,
    usage: 'For information only; the article itself asks readers to see a qualified professional first.',
    author: [{ name: String(author) }],
    reviewer: [{ name: String(reviewer) }],
    relatedArtifact: articleLinks('', carried).filter(({ type }) => type === 'citation'),
    content: [markdown(article, `Summary of the article, last updated ${date}`)],
  };
}

export function faqLibrary({ sources, names, item, article }: Generation): Library {
  const { document, faq } = sources;
  const questions = Object.keys(faq).map(item);
  const about = {
    id: document.faq,
    title: document.titles.faq,
    description: 'The questions of the article with answers in own words, one attachment each.',
    extension: [itemTrace(names, questions)],
  };
  return {
    ...metadata('Library', document, names, about),
    type: TYPE,
    relatedArtifact: articleLinks(article, questions),
    content: questions.map((question) => {
      const { question: title = question.name, answer = '' } = faq[question.id] ?? {};
      return { id: question.id, extension: [itemTrace(names, [question])], ...markdown(answer, title) };
    }),
  };
}

function markdown(text: string, title: string): Attachment {
  return { contentType: 'text/markdown', language: 'en', data: Buffer.from(text, 'utf8').toString('base64'), title };
}
