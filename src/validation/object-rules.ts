/** Rules that look at an object as a whole: required elements, choices, and those that R4 states for a type in prose. */
import { type Findings, type Json, report, shown } from './findings.ts';
import { narrativeFault } from './narrative.ts';
import type { Requirement, Shape } from './shape.ts';

type Rule = (value: Json, place: string, findings: Findings) => void;

/** Asked too often, or too hard, for FHIRPath. */
const ofType: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['Extension', checkExtension],
  ['Narrative', checkNarrative],
]);

export function checkObject(value: Json, names: readonly string[], shape: Shape, place: string, findings: Findings): void {
  for (const requirement of shape.required) checkRequired(value, requirement, place, findings);
  checkChoices(names, shape, place, findings);
  ofType.get(shape.name)?.(value, place, findings);
}

function checkRequired(value: Json, { element, short, min, names }: Requirement, expression: string, findings: Findings): void {
  const place = `${expression}.${element}`;
  const what = short ? ` (${short})` : '';
  const present = names.filter((name) => value[name] !== undefined || value[`_${name}`] !== undefined);
  if (present.length === 0) report(findings, 'required', place, `${place}${what} is required; add it.`);
  const few = present.some((name) => Array.isArray(value[name]) && value[name].length < min);
  if (min > 1 && few) report(findings, 'required', place, `${place}${what} must have at least ${min} values; add more.`);
}

function checkChoices(names: readonly string[], shape: Shape, expression: string, findings: Findings): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const plain = name.startsWith('_') ? name.slice(1) : name;
    const member = shape.members.get(plain);
    if (!member?.isChoice) continue;
    const other = seen.get(member.element);
    const place = `${expression}.${member.element}`;
    if (other && other !== plain) {
      report(findings, 'structure', place, `${place} stands twice, as ${shown(other)} and ${shown(plain)}; it may have one type only.`);
    }
    seen.set(member.element, plain);
  }
}

/** https://hl7.org/fhir/R4/extensibility.html#Extension */
function checkExtension(value: Json, place: string, findings: Findings): void {
  const hasValue = Object.keys(value).some((name) => /^_?value/.test(name));
  if (hasValue === (value.extension !== undefined)) {
    report(findings, 'invariant', place, `${place} must have either a value or extensions of its own (ext-1); give one of the two.`);
  }
  const isInner = /xtension\[\d+\]\.extension\[\d+\]$/.test(place);
  if (!isInner && typeof value.url === 'string' && !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(value.url)) {
    report(findings, 'value', `${place}.url`, `${place}.url must be an absolute URL, that of the extension's definition; correct it.`);
  }
}

/** https://hl7.org/fhir/R4/narrative.html */
function checkNarrative(value: Json, place: string, findings: Findings): void {
  const fault = typeof value.div === 'string' && value.div.trim() !== '' ? narrativeFault(value.div) : undefined;
  if (fault) report(findings, 'value', `${place}.div`, `${place}.div ${fault}.`);
}
