/** The document's Questionnaires from their table (https://hl7.org/fhir/R4/questionnaire.html, https://hl7.org/fhir/uv/sdc/). */
import type { Coding, Extension, Questionnaire, QuestionnaireItem, QuestionnaireItemEnableWhen } from '../../fhir/types.ts';
import { elementTraces, type TraceNote } from './element-traces.ts';
import type { Generation } from './generation.ts';
import { metadata } from './metadata.ts';
import { contentCoding } from './naming.ts';
import type { CodeSystemSource } from './source-texts.ts';

/** A Questionnaire as the table has it: what responses are held to, and what helps to fill it in. */
export interface QuestionnaireRow {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly trace: readonly TraceNote[];
  readonly item: readonly ItemRow[];
}

interface ItemRow {
  readonly linkId: string;
  readonly type: QuestionnaireItem['type'];
  readonly text: string;
  readonly required?: true;
  readonly repeats?: true;
  readonly readOnly?: true;
  /** Codes of a code system of ours. */
  readonly options?: { readonly system: string; readonly codes: readonly string[] };
  readonly enableWhen?: QuestionnaireItemEnableWhen;
  /** Items of the inventory that the question stands for. */
  readonly code?: readonly string[];
  /** Standard codes of the question. */
  readonly coding?: readonly Coding[];
  /** UCUM units to choose from. */
  readonly units?: readonly { readonly code: string; readonly display: string }[];
  readonly min?: number;
  readonly max?: number;
  readonly calculated?: { readonly description: string; readonly expression: string };
  /** Plain words for whoever fills it in. */
  readonly help?: string;
  readonly trace?: readonly TraceNote[];
  readonly item?: readonly ItemRow[];
}

const CORE = 'http://hl7.org/fhir/StructureDefinition';
const SDC = 'http://hl7.org/fhir/uv/sdc/StructureDefinition';

export function questionnaires(generation: Generation, rows: readonly QuestionnaireRow[]): Questionnaire[] {
  const { sources, names } = generation;
  return rows.map(({ trace, item, ...about }) => ({
    ...metadata('Questionnaire', sources.document, names, { ...about, extension: elementTraces(generation, trace) }),
    subjectType: ['Patient'],
    item: item.map((row) => questionnaireItem(row, generation)),
  }));
}

function questionnaireItem(row: ItemRow, generation: Generation): QuestionnaireItem {
  const extension = extensions(row, generation);
  const code = [...(row.code ?? []).map((id) => contentCoding(generation.names, generation.item(id))), ...(row.coding ?? [])];
  const item = [
    ...(row.help ? [helpItem(row.linkId, row.help)] : []),
    ...(row.item ?? []).map((each) => questionnaireItem(each, generation)),
  ];
  return {
    ...(extension.length && { extension }),
    linkId: row.linkId,
    ...(code.length && { code }),
    text: row.text,
    type: row.type,
    ...(row.enableWhen && { enableWhen: [row.enableWhen] }),
    ...(row.required && { required: true }),
    ...(row.repeats && { repeats: true }),
    ...(row.readOnly && { readOnly: true }),
    ...(row.options && { answerOption: answerOptions(row.options, generation) }),
    ...(item.length && { item }),
  };
}

function extensions({ type, calculated, units = [], min, max, trace = [] }: ItemRow, generation: Generation): Extension[] {
  const limit = (url: string, value: number): Extension => ({
    url: `${CORE}/${url}`,
    ...(type === 'integer' ? { valueInteger: value } : { valueDecimal: value }),
  });
  return [
    ...(calculated ? [calculatedExpression(calculated)] : []),
    ...units.map((unit) => ({ url: `${CORE}/questionnaire-unitOption`, valueCoding: { system: 'http://unitsofmeasure.org', ...unit } })),
    ...(min === undefined ? [] : [limit('minValue', min)]),
    ...(max === undefined ? [] : [limit('maxValue', max)]),
    ...elementTraces(generation, trace),
  ];
}

/** https://hl7.org/fhir/uv/sdc/StructureDefinition-sdc-questionnaire-calculatedExpression.html */
function calculatedExpression({ description, expression }: NonNullable<ItemRow['calculated']>): Extension {
  const url = `${SDC}/sdc-questionnaire-calculatedExpression`;
  return { url, valueExpression: { description, language: 'text/fhirpath', expression } };
}

/** https://hl7.org/fhir/R4/extension-questionnaire-itemcontrol.html: shown on demand beside its question, never answered. */
function helpItem(linkId: string, text: string): QuestionnaireItem {
  const help = { system: 'http://hl7.org/fhir/questionnaire-item-control', code: 'help' };
  const extension = [{ url: `${CORE}/questionnaire-itemControl`, valueCodeableConcept: { coding: [help] } }];
  return { extension, linkId: `${linkId}-help`, text, type: 'display' };
}

function answerOptions({ system, codes }: NonNullable<ItemRow['options']>, { names, item, sources }: Generation) {
  if (system === 'content') return codes.map((code) => ({ valueCoding: contentCoding(names, item(code)) }));
  const url = names.canonical('CodeSystem', system);
  const source = sources.codeSystems.find(({ id }) => id === system);
  return codes.map((code) => ({ valueCoding: { system: url, code, display: displayOf(source, code) } }));
}

/** @throws where the code system has no such code */
function displayOf(source: CodeSystemSource | undefined, code: string): string {
  const concept = source?.concepts?.[code];
  if (typeof concept === 'string') return concept;
  const [, letter = '', number = ''] = /^([A-Z])(\d+)$/.exec(code) ?? [];
  const isLevel = Number(number) >= 1 && Number(number) <= (source?.levels?.[letter] ?? 0);
  if (!concept && !isLevel) throw new Error(`The code system "${source?.id}" has no code "${code}".`);
  return concept?.display ?? code;
}
