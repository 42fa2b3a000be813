/** What a draft may say (https://hl7.org/fhir/R4/activitydefinition.html). */
import type { ActivityDefinition, Dosage, Extension, Quantity } from '../../fhir/types.ts';
import type { ContentFile } from '../read.ts';

export function activityFaults(files: readonly ContentFile[]): string[] {
  return files.flatMap(({ path, resource }) => {
    if (resource.resourceType !== 'ActivityDefinition') return [];
    return [...doNotPerform(resource), ...(resource.dosage ?? []).flatMap(tooMuch)].map((fault) => `${path} ${fault}.`);
  });
}

/** "Do not perform" would forbid to tell a message and to give a medicine; it is for orders, and the project's own decision. */
function doNotPerform(activity: ActivityDefinition): string[] {
  if (activity.doNotPerform !== true) return [];
  if (activity.kind !== 'ServiceRequest') return [`says doNotPerform of a ${activity.kind}; only a ServiceRequest may`];
  const layers = (activity.extension ?? []).flatMap(
    (each: Extension) => each.extension?.find(({ url }) => url === 'layer')?.valueCode ?? [],
  );
  return layers.includes('project') ? [] : ['says doNotPerform without a trace of the layer project'];
}

const PER_DAY: Readonly<Record<string, number>> = { min: 1440, h: 24, d: 1, wk: 1 / 7, mo: 1 / 30, a: 1 / 365 };

/** A draft that exceeds its own maximum even at the lowest dose and the longest interval. */
function tooMuch({ doseAndRate = [], timing, maxDosePerPeriod }: Dosage): string[] {
  const [{ doseRange, doseQuantity } = {}] = doseAndRate;
  const { frequency = 1, period = 1, periodMax = period, periodUnit = 'd' } = timing?.repeat ?? {};
  const times = (frequency * (PER_DAY[periodUnit] ?? Number.NaN)) / periodMax;
  const [dose, most] = [inMilligrams(doseRange?.low ?? doseQuantity), inMilligrams(maxDosePerPeriod?.numerator)];
  const days = (maxDosePerPeriod?.denominator?.value ?? 1) / (PER_DAY[maxDosePerPeriod?.denominator?.code ?? 'd'] ?? Number.NaN);
  return dose * times > most / days ? [`drafts at least ${dose * times} mg a day, above its own maximum of ${most / days} mg`] : [];
}

const MILLIGRAMS: Readonly<Record<string, number>> = { ug: 0.001, mg: 1, g: 1000 };

/** NaN where it is no mass; comparisons with it do not hold. */
function inMilligrams(quantity: Quantity | undefined): number {
  return (quantity?.value ?? Number.NaN) * (MILLIGRAMS[quantity?.code ?? ''] ?? Number.NaN);
}
