/**
 * Forms that a plan hands out, and whether a response answers what its form requires
 * (https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.required): a question left open is not a no.
 */
import { parseCanonical } from '../fhir/canonical.ts';
import type {
  Questionnaire,
  QuestionnaireItem,
  QuestionnaireResponse,
  QuestionnaireResponseItem,
  QuestionnaireResponseItemAnswer,
} from '../fhir/types.ts';
import { closingTexts } from './closing-texts.ts';
import { objectsIn } from './lists.ts';
import type { Action, Plan } from './plan.ts';

export interface Form {
  readonly url: string;
  readonly title: string;
  /** linkIds of all questions whose answer is a Boolean. */
  readonly booleans: ReadonlySet<string>;
  /** linkIds of the questions that every completed response answers, whatever else it says, and that close something. */
  readonly required: readonly string[];
}

export interface ReadForms {
  /** Newest first, as given. */
  readonly responses: readonly QuestionnaireResponse[];
  /** Forms whose latest response leaves a required question open. */
  readonly incomplete: readonly Form[];
}

/** The forms of a plan and of all that it nests. */
export function formsOf(plan: Plan): readonly Form[] {
  const texts = closingTexts(plan);
  const forms = new Map<string, Form>();
  const visit = ({ definition, nested, children }: Action): void => {
    const questionnaire = definition?.questionnaire;
    if (questionnaire?.url) forms.set(questionnaire.url, formOf(questionnaire, questionnaire.url, texts));
    nested?.actions.forEach(visit);
    children.forEach(visit);
  };
  plan.actions.forEach(visit);
  return [...forms.values()];
}

/**
 * The latest response to each form decides. Where it leaves a required question open it is named, what it affirms stays, with what an
 * older one affirms of the open questions, and if it affirms nothing it does not count as the form's response.
 * @param responses - newest first
 */
export function readForms(responses: readonly QuestionnaireResponse[], forms: readonly Form[]): ReadForms {
  const left = new Map(responses.map((response) => [response, response]));
  const incomplete = forms.filter((form) => {
    const given = responses.filter((response) => isOf(form, response));
    const [latest] = given;
    if (!latest || openIn(latest, form).length === 0) return false;
    const first = given.findIndex((response) => openIn(response, form).length === 0 || affirms(response, form));
    const [counting, ...older] = first < 0 ? [] : given.slice(first);
    for (const response of first < 0 ? given : given.slice(0, first)) left.delete(response);
    if (counting) left.set(counting, withOlder(counting, older, openIn(counting, form)));
    return true;
  });
  return { responses: [...left.values()], incomplete };
}

function formOf({ title, name, item }: Questionnaire, url: string, texts: ReadonlySet<string>): Form {
  const booleans = new Set<string>();
  const required: string[] = [];
  const enabling = new Map<string, readonly string[]>();
  const visit = (each: QuestionnaireItem, above: readonly string[]): void => {
    const enabledBy = [...above, ...(each.enableWhen ?? []).map(({ question }) => question)];
    enabling.set(each.linkId, enabledBy);
    if (each.type === 'boolean') booleans.add(each.linkId);
    if (enabledBy.length === 0 && each.required && each.type !== 'group' && each.type !== 'display') required.push(each.linkId);
    for (const child of each.item ?? []) visit(child, enabledBy);
  };
  for (const each of item ?? []) visit(each, []);
  const closing = closingQuestions(enabling, texts);
  const isClosing = (linkId: string) => (closing.size > 0 ? closing.has(linkId) : texts.has(url));
  return { url, title: title ?? name ?? url, booleans, required: required.filter(isClosing) };
}

/** The questions that such expressions name, and those whose answer enables them. */
function closingQuestions(enabling: ReadonlyMap<string, readonly string[]>, texts: ReadonlySet<string>): ReadonlySet<string> {
  const closing = new Set([...enabling.keys()].filter((linkId) => texts.has(linkId)));
  for (const linkId of closing) for (const question of enabling.get(linkId) ?? []) closing.add(question);
  return closing;
}

/** Of whatever version: plans look at the same linkIds. */
function isOf({ url }: Form, { questionnaire }: QuestionnaireResponse): boolean {
  return typeof questionnaire === 'string' && parseCanonical(questionnaire).url === url;
}

/** Required questions without an answer. */
function openIn(response: QuestionnaireResponse, { required, booleans }: Form): readonly string[] {
  const answered = new Set<string>();
  eachAnswer(response, (linkId, answer) => {
    if (!booleans.has(linkId) || typeof answer.valueBoolean === 'boolean') answered.add(linkId);
  });
  return required.filter((linkId) => !answered.has(linkId));
}

/** The response with the yes of the latest older answer to each question that it leaves open. */
function withOlder(
  response: QuestionnaireResponse,
  older: readonly QuestionnaireResponse[],
  open: readonly string[],
): QuestionnaireResponse {
  const latest = new Map<string, boolean>();
  for (const each of older)
    eachAnswer(each, (linkId, { valueBoolean }) => {
      if (typeof valueBoolean === 'boolean' && !latest.has(linkId)) latest.set(linkId, valueBoolean);
    });
  const affirmed = open.filter((linkId) => latest.get(linkId));
  const items = affirmed.map((linkId) => ({ linkId, answer: [{ valueBoolean: true }] }));
  return items.length > 0 ? { ...response, item: [...objectsIn(response.item), ...items] } : response;
}

/** Whether it says more than no. */
function affirms(response: QuestionnaireResponse, { booleans }: Form): boolean {
  let found = false;
  eachAnswer(response, (linkId, { valueBoolean }) => {
    found ||= valueBoolean === true || (valueBoolean === undefined && !booleans.has(linkId));
  });
  return found;
}

type OnAnswer = (linkId: string, answer: QuestionnaireResponseItemAnswer) => void;

function eachAnswer({ item }: { item?: QuestionnaireResponseItem[] }, on: OnAnswer): void {
  for (const each of objectsIn(item)) {
    for (const answer of objectsIn(each.answer)) {
      on(each.linkId, answer);
      eachAnswer(answer, on);
    }
    eachAnswer(each, on);
  }
}
