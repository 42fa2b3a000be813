import type { CoreDefinitions } from '../definitions/core.ts';
import type { Definitions } from '../fhir/definitions.ts';
import type { ResourceType } from '../fhir/types.ts';
import type { Validator } from '../validation/validator.ts';
import { brokenLinks } from './canonical-links.ts';
import { activityFaults } from './check/activities.ts';
import { ownCodes, unknownCodes } from './check/codes.ts';
import { expressionFaults } from './check/expressions.ts';
import { brokenReferences, unpinnedLinks } from './check/links.ts';
import { markFaults } from './check/marks.ts';
import { questionnaireFaults } from './check/questionnaires.ts';
import { safetyRuleFaults } from './check/safety-rules.ts';
import { carriedItems, traceFaults } from './check/traces.ts';
import { fileDefinitions } from './file-definitions.ts';
import { invalidFiles } from './invalid.ts';
import { type ContentFile, countByType, readContent } from './read.ts';

export interface CheckDeps {
  /** Folders of documents and of profiles. */
  readonly folders: readonly string[];
  readonly core: Pick<CoreDefinitions, 'resolve'>;
  /** Makes a validator that finds profiles among the files. */
  readonly validator: (definitions: Definitions) => Validator;
}

export interface CheckReport {
  /** One sentence each, with the file's name; empty: the content may be served. */
  readonly faults: readonly string[];
  readonly counts: ReadonlyMap<ResourceType, number>;
  /** Items of the document that no resource carries yet. */
  readonly uncarried: readonly string[];
}

/** The code system whose codes are the items of a document. */
const ITEMS = /\/CodeSystem\/content$/;

/** Holds the committed files against R4, the profiles and the rules of the content model; no store is needed. */
export async function checkContent({ folders, core, validator }: CheckDeps): Promise<CheckReport> {
  const { files, faults } = readContent(folders);
  const definitions = fileDefinitions(files, core);
  const found = [
    ...faults,
    ...(await brokenLinks(files, async (canonical) => core.resolve(canonical) !== undefined)),
    ...[unpinnedLinks, brokenReferences, unknownCodes, expressionFaults, traceFaults, markFaults].flatMap((check) => check(files)),
    ...[questionnaireFaults, activityFaults, safetyRuleFaults].flatMap((check) => check(files)),
    ...(await invalidFiles(files, validator(definitions))),
  ];
  return { faults: found, counts: countByType(files), uncarried: uncarriedItems(files) };
}

function uncarriedItems(files: readonly ContentFile[]): string[] {
  const carried = carriedItems(files);
  const items = [...ownCodes(files)].flatMap(([url, codes]) => (ITEMS.test(url) ? [...codes] : []));
  return items.filter((item) => !carried.has(item));
}
