import type { CoreDefinitions } from '../definitions/core.ts';
import type { Definitions } from '../fhir/definitions.ts';
import type { FhirResource } from '../fhir/types.ts';
import type { ParameterRegistry } from '../search/parameters.ts';
import type { ResourceStore } from '../storage/store.ts';
import type { LoadedRow, StoreUpkeep } from '../storage/upkeep.ts';
import type { Validator } from '../validation/validator.ts';
import { brokenLinks, type Elsewhere } from './canonical-links.ts';
import { editedWithoutFile } from './edited.ts';
import { ContentFault } from './fault.ts';
import { invalidFiles } from './invalid.ts';
import { movedReleases } from './moved-releases.ts';
import { type ContentFile, countByType, readContent } from './read.ts';
import type { LoadReport } from './report.ts';
import { SERVER, type Step, type StepMaker, stepMaker } from './step.ts';
import { carryOut } from './write.ts';

export interface LoadDeps {
  /** Folders of documents; each holds `{Type}/{id}.json`. */
  readonly folders: readonly string[];
  /** Profiles, extensions and search parameters that the content is held to, laid out as a document. */
  readonly profilesFolder?: string;
  readonly store: ResourceStore;
  readonly upkeep: StoreUpkeep;
  /** The parameters that rows are indexed with, those being indexed included. */
  readonly registry: () => ParameterRegistry;
  readonly core: Pick<CoreDefinitions, 'resolve'>;
  /** Finds what is stored. */
  readonly definitions: Definitions;
  /** Absent: files are not held against R4 and profiles before they are written. */
  readonly validator?: Validator;
  /** Progress, in sentences. */
  readonly log?: (line: string) => void;
}

/**
 * Puts the folders into the store: what is new or changed is written, what is unchanged is not read again, what has no
 * file any more is deleted as a new version, what was edited over REST is left alone.
 * @throws ContentFault with a sentence for each fault; then nothing was written, unless a url|version turned out to be taken
 */
export async function loadContent(deps: LoadDeps): Promise<LoadReport> {
  const { folders, files, faults } = readContent([...deps.folders, ...(deps.profilesFolder ? [deps.profilesFolder] : [])]);
  if (faults.length) throw new ContentFault(faults);
  const rows = await loadedRows(deps.upkeep);
  const make = stepMaker({ ...deps, folders });
  const steps = [...(await plan(files, rows, make)), ...(await keptOrphans(deps, files, rows, make))];
  await refuseFaults(deps, files, steps);
  const done = await carryOut(deps.store, steps, (count, all) => deps.log?.(`Content: ${count} of ${all} changes written.`));
  const named = report(files, done);
  return { ...named, remarks: [...named.remarks, ...fromElsewhere(files, rows, make)] };
}

/** Rows of folders that are not loaded now stay as they are, plans among them in force; whoever moved or dropped a folder learns it. */
function fromElsewhere(files: readonly ContentFile[], rows: ReadonlyMap<string, LoadedRow>, { isOurs }: StepMaker): string[] {
  const hasFile = new Set(files.map(({ type, id }) => `${type}/${id}`));
  const left = new Map<string, number>();
  for (const [name, { origin }] of rows)
    if (!isOurs(origin) && origin.folder !== SERVER && !hasFile.has(name)) left.set(origin.folder, (left.get(origin.folder) ?? 0) + 1);
  return [...left].map(
    ([folder, count]) =>
      `What is stored from ${folder}, which is no content folder now, stays as it is (${count} ${count === 1 ? 'resource' : 'resources'}); delete over REST what is not wanted.`,
  );
}

export async function loadedRows(upkeep: StoreUpkeep): Promise<ReadonlyMap<string, LoadedRow>> {
  const rows = new Map<string, LoadedRow>();
  for (let after: string | undefined, more = true; more; more = after !== undefined) {
    const page = await upkeep.loaded({ count: 1000, ...(after && { after }) });
    for (const row of page.items) rows.set(`${row.type}/${row.id}`, row);
    after = page.next;
  }
  return rows;
}

/** Deletions first: what takes a deleted resource's url|version is then free to. */
export async function plan(files: readonly ContentFile[], rows: ReadonlyMap<string, LoadedRow>, make: StepMaker): Promise<readonly Step[]> {
  const named = new Set(files.map(({ type, id }) => `${type}/${id}`));
  const orphans = [...rows.values()].filter((row) => make.isOurs(row.origin) && !named.has(`${row.type}/${row.id}`));
  const steps: Step[] = [];
  for (const row of orphans) steps.push(await make.ofOrphan(row));
  for (const file of files) steps.push(await make.ofFile(file, rows.get(`${file.type}/${file.id}`)));
  return steps;
}

/** Nothing is done with them, but they are named. */
async function keptOrphans(
  { store, upkeep }: LoadDeps,
  files: readonly ContentFile[],
  rows: ReadonlyMap<string, LoadedRow>,
  { isOurs, ofOrphan }: StepMaker,
): Promise<readonly Step[]> {
  const named = new Set(files.map(({ type, id }) => `${type}/${id}`));
  const types = new Set([...files, ...rows.values()].map(({ type }) => type));
  const found = await editedWithoutFile({ store, upkeep, isOurs, types, hasFile: (name) => named.has(name) });
  return Promise.all(found.map(ofOrphan));
}

async function refuseFaults(deps: LoadDeps, files: readonly ContentFile[], steps: readonly Step[]): Promise<void> {
  const faults = steps.flatMap(({ decision }) => (decision.kind === 'fault' ? [decision.sentence] : []));
  faults.push(...(await movedReleases(deps.store, steps)), ...(await brokenLinks(files, elsewhere(deps, steps))));
  const written = steps.flatMap(({ file, decision }) => (file && decision.kind === 'write' ? [file] : []));
  if (deps.validator) faults.push(...(await invalidFiles(written, deps.validator)));
  if (faults.length) throw new ContentFault(faults);
}

/** R4, and what is stored and stays: not what this load writes over or deletes. */
function elsewhere({ core, definitions }: LoadDeps, steps: readonly Step[]): Elsewhere {
  const passing = new Set(steps.filter(({ change }) => change).map(({ name }) => name));
  return async (canonical) => {
    if (core.resolve(canonical)) return true;
    const found = await definitions.resolve<FhirResource>(canonical);
    return found !== undefined && !passing.has(`${found.resourceType}/${found.id}`);
  };
}

function report(files: readonly ContentFile[], steps: readonly Step[]): LoadReport {
  const names = (wanted: (step: Step) => boolean) => steps.filter(wanted).map(({ name }) => name);
  const gone = new Set(names(({ decision }) => decision.kind === 'kept' && decision.deleted));
  return {
    counts: countByType(files.filter(({ type, id }) => !gone.has(`${type}/${id}`))),
    written: names(({ decision }) => decision.kind === 'write').length,
    unchanged: names(({ file, decision }) => file !== undefined && decision.kind === 'unchanged').length,
    deleted: names(({ decision }) => decision.kind === 'delete'),
    kept: names(({ decision }) => decision.kind === 'kept'),
    remarks: steps.flatMap(remark),
  };
}

function remark({ name, file, decision }: Step): string[] {
  if (decision.kind === 'delete') return [`${name} was deleted, since no content folder has a file for it any more.`];
  if (decision.kind !== 'kept') return [];
  if (!file)
    return [`${name} was edited over REST and is kept as version ${decision.versionId}; no content folder has a file for it any more.`];
  return decision.deleted
    ? [`${name} was deleted over REST and stays deleted; ${file.path} is not loaded.`]
    : [`${name} was edited over REST and is kept as version ${decision.versionId}; ${file.path} is not loaded.`];
}
