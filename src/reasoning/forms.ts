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
import { objectsIn } from './lists.ts';
import type { Action, Plan } from './plan.ts';

export interface Form {
  readonly url: string;
  readonly title: string;
  /** linkIds of all questions whose answer is a Boolean. */
  readonly booleans: ReadonlySet<string>;
  /** linkIds of the questions that every completed response answers, whatever else it says. */
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
  const forms = new Map<string, Form>();
  const visit = ({ definition, nested, children }: Action): void => {
    const questionnaire = definition?.questionnaire;
    if (questionnaire?.url) forms.set(questionnaire.url, formOf(questionnaire, questionnaire.url));
    nested?.actions.forEach(visit);
    children.forEach(visit);
  };
  plan.actions.forEach(visit);
  return [...forms.values()];
}

/**
 * The latest response to each form decides. Where it leaves a required question open it is named, what it affirms stays, and if it
 * affirms nothing it does not count as the form's response. @param responses - newest first
 */
export function readForms(responses: readonly QuestionnaireResponse[], forms: readonly Form[]): ReadForms {
  const left = new Set(responses);
  const incomplete = forms.filter((form) => {
    const given = responses.filter((response) => isOf(form, response));
    const [latest] = given;
    if (!latest || isAnswered(latest, form)) return false;
    const counting = given.findIndex((response) => isAnswered(response, form) || affirms(response, form));
    for (const response of counting < 0 ? given : given.slice(0, counting)) left.delete(response);
    return true;
  });
  return { responses: [...left], incomplete };
}

function formOf({ title, name, item }: Questionnaire, url: string): Form {
  const booleans = new Set<string>();
  const required: string[] = [];
  const visit = (each: QuestionnaireItem, always: boolean): void => {
    const isAlways = always && each.enableWhen === undefined;
    if (each.type === 'boolean') booleans.add(each.linkId);
    if (isAlways && each.required && each.type !== 'group' && each.type !== 'display') required.push(each.linkId);
    for (const child of each.item ?? []) visit(child, isAlways);
  };
  for (const each of item ?? []) visit(each, true);
  return { url, title: title ?? name ?? url, booleans, required };
}

/** Of whatever version: plans look at the same linkIds. */
function isOf({ url }: Form, { questionnaire }: QuestionnaireResponse): boolean {
  return typeof questionnaire === 'string' && parseCanonical(questionnaire).url === url;
}

function isAnswered(response: QuestionnaireResponse, { required, booleans }: Form): boolean {
  const answered = new Set<string>();
  eachAnswer(response, (linkId, answer) => {
    if (!booleans.has(linkId) || typeof answer.valueBoolean === 'boolean') answered.add(linkId);
  });
  return required.every((linkId) => answered.has(linkId));
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
