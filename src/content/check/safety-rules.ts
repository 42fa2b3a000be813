/** Extension `safety-rule`: a ceiling is given exactly with dose-cap, a group exactly with at-most-one. */
import type { Extension } from '../../fhir/types.ts';
import { typedElements } from '../../fhirpath/typed-elements.ts';
import type { ContentFile } from '../read.ts';

const SAFETY_RULE = /\/StructureDefinition\/safety-rule$/;

export function safetyRuleFaults(files: readonly ContentFile[]): string[] {
  return files.flatMap(({ path, resource }) =>
    [...typedElements(resource)].flatMap(({ expression, type, value }) => {
      const rule = type === 'Extension' ? (value as Extension) : undefined;
      if (!rule || !SAFETY_RULE.test(rule.url)) return [];
      return faultsOf(rule).map((fault) => `${path}: ${expression} ${fault}.`);
    }),
  );
}

function faultsOf({ extension = [] }: Extension): string[] {
  const has = (url: string) => extension.some((part) => part.url === url);
  const severity = extension.find(({ url }) => url === 'severity')?.valueCode;
  const unit = extension.find(({ url }) => url === 'maxPerDay')?.valueQuantity;
  return [
    ...(severity ? [] : ['has no severity']),
    ...(has('affects') ? [] : ['affects nothing']),
    ...(has('maxPerDay') === (severity === 'dose-cap') ? [] : ['must have maxPerDay exactly when its severity is dose-cap']),
    ...(has('group') === (severity === 'at-most-one') ? [] : ['must have a group exactly when its severity is at-most-one']),
    ...(has('doseInWords') && severity !== 'dose-cap' ? ['has doseInWords, which belongs to a dose-cap'] : []),
    ...(unit && !(unit.code && unit.system === 'http://unitsofmeasure.org') ? ['has a maxPerDay without a UCUM unit'] : []),
  ];
}
