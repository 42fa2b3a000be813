import type { Validator } from '../validation/validator.ts';
import type { ContentFile } from './read.ts';

const SHOWN = 5;

/** Sentences about files that break R4 or a profile; of one file the first five faults. */
export async function invalidFiles(files: readonly ContentFile[], validator: Validator): Promise<string[]> {
  const faults: string[] = [];
  for (const { path, resource } of files) {
    const issues = await validator.validate(resource);
    const errors = issues.filter(({ severity }) => severity === 'error' || severity === 'fatal');
    faults.push(...errors.slice(0, SHOWN).map(({ diagnostics }) => `${path}: ${diagnostics}`));
    if (errors.length > SHOWN) faults.push(`${path}: ${errors.length - SHOWN} more faults.`);
  }
  return faults;
}
