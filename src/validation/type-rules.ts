/** What R4 says in prose, or in invariants that FHIRPath is too slow for or its engines get wrong, type by type. */
import { parseInterval } from '../fhir/dates.ts';
import { parseReference } from '../fhir/reference.ts';
import { type Findings, isObject, type Json, report } from './findings.ts';
import { narrativeFault } from './narrative.ts';
import type { Shape } from './shape.ts';
import { checkCodes, checkLinkIds } from './unique-names.ts';

type Rule = (value: Json, place: string, findings: Findings) => void;

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['Attachment', checkAttachment],
  ['Bundle.entry', checkEntry],
  ['CodeSystem', checkCodes],
  ['Extension', checkExtension],
  ['Narrative', checkNarrative],
  ['Period', checkPeriod],
  ['Questionnaire', checkLinkIds],
  ['Questionnaire.item', checkItem],
  ['ValueSet.compose.include', checkInclude],
]);

export function checkType(value: Json, shape: Shape, place: string, findings: Findings): void {
  rules.get(shape.name)?.(value, place, findings);
  const url = shape.members.get('url');
  if (url?.type === 'uri' && shape.members.has('status') && shape.members.has('contained'))
    checkAbsolute(value.url, `${place}.url`, findings);
}

/** https://hl7.org/fhir/R4/datatypes.html#Attachment */
function checkAttachment({ data, size }: Json, place: string, findings: Findings): void {
  if (typeof data !== 'string' || typeof size !== 'number' || Buffer.from(data, 'base64').length === size) return;
  report(
    findings,
    'value',
    `${place}.size`,
    `${place}.size must be the number of bytes of its data before base64; correct it or leave it out.`,
  );
}

/** https://hl7.org/fhir/R4/bundle.html#bundle-unique */
function checkEntry({ fullUrl, resource }: Json, place: string, findings: Findings): void {
  checkAbsolute(fullUrl, `${place}.fullUrl`, findings);
  const named = typeof fullUrl === 'string' ? parseReference(fullUrl) : undefined;
  if (!named || !isObject(resource) || resource.resourceType !== named.type || typeof resource.id !== 'string' || resource.id === named.id)
    return;
  report(findings, 'value', `${place}.fullUrl`, `${place}.fullUrl and the id of its resource differ; make them agree.`);
}

/** https://hl7.org/fhir/R4/extensibility.html#Extension */
function checkExtension(value: Json, place: string, findings: Findings): void {
  const hasValue = Object.keys(value).some((name) => /^_?value/.test(name));
  if (hasValue === (value.extension !== undefined)) {
    report(findings, 'invariant', place, `${place} must have either a value or extensions of its own (ext-1); give one of the two.`);
  }
  if (!/xtension\[\d+\]\.extension\[\d+\]$/.test(place)) checkAbsolute(value.url, `${place}.url`, findings);
}

/** https://hl7.org/fhir/R4/narrative.html */
function checkNarrative({ div }: Json, place: string, findings: Findings): void {
  const fault = typeof div === 'string' && div.trim() !== '' ? narrativeFault(div) : undefined;
  if (fault) report(findings, 'value', `${place}.div`, `${place}.div ${fault}.`);
}

/** https://hl7.org/fhir/R4/datatypes.html#Period */
function checkPeriod({ start, end }: Json, place: string, findings: Findings): void {
  const [from, to] = [start, end].map((each) => (typeof each === 'string' ? parseInterval(each) : undefined));
  if (from && to && from.low > to.high)
    report(findings, 'invariant', place, `${place} ends before it starts (per-1); correct one of the two.`);
}

/** https://hl7.org/fhir/R4/questionnaire.html: que-12, whose expression in 4.0.1 asks for more than two. */
function checkItem({ enableWhen, enableBehavior }: Json, place: string, findings: Findings): void {
  if (!Array.isArray(enableWhen) || enableWhen.length < 2 || enableBehavior !== undefined) return;
  report(findings, 'invariant', place, `${place} has several enableWhen and no enableBehavior (que-12); say whether all or any must hold.`);
}

function checkInclude({ system }: Json, place: string, findings: Findings): void {
  checkAbsolute(system, `${place}.system`, findings);
}

function checkAbsolute(url: unknown, place: string, findings: Findings): void {
  if (typeof url !== 'string' || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(url)) return;
  report(findings, 'value', place, `${place} must be an absolute URL, with its scheme; correct it.`);
}
