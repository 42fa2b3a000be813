import type { Meta } from '../../fhir/types.ts';
import type { Naming } from './naming.ts';

/** Marks what has no status draft: no clinician has reviewed it. */
export function reviewTag({ canonical }: Naming): Meta {
  return { tag: [{ system: canonical('CodeSystem', 'review'), code: 'not-clinically-reviewed' }] };
}
