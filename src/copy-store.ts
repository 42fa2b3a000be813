/** Moves everything from one store to another (`npm run copy-store -- FROM TO`): embedded to MongoDB, or back. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSearchParameters, profileParameters } from './content/search-parameters.ts';
import { openCore } from './definitions/core.ts';
import { definitionsFolder } from './definitions/folder.ts';
import { copyVersions } from './storage/copy.ts';
import { type OpenStore, openStore } from './stores.ts';

/** Nobody waits for one statement here, and counting all versions of a large store takes its time. */
const PATIENT_MS = 3_600_000;

export interface CopyOptions {
  /** Base of the addresses of the server that will serve the target: own references are indexed by it. */
  readonly baseUrl: string;
  /** Writes one line for the operator. */
  readonly report: (line: string) => void;
}

/**
 * @param from address of a store as DATABASE_URL has it, or `@` and the path of a file that holds it: passwords do not belong in a command
 * @throws Error a sentence for the operator
 */
export async function copyStore(from: string, to: string, { baseUrl, report }: CopyOptions): Promise<void> {
  const options = { log: report, readForMs: PATIENT_MS };
  const source = await openStore(address(from), options);
  try {
    const target = await openStore(address(to), options);
    try {
      report(`From ${source.kind} to ${target.kind}.`);
      await copyVersions({ from: source, to: target, report, now: () => new Date() }, () => index(target, baseUrl, report));
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

function address(given: string): string {
  return given.startsWith('@') ? readFileSync(given.slice(1), 'utf8').trim() : given;
}

/** With the parameters that a server will have: R4's, those of the profiles, and those that are stored. */
async function index({ store, upkeep }: OpenStore, baseUrl: string, report: (line: string) => void): Promise<void> {
  const own = profileParameters(join(definitionsFolder(), '..', '..', 'profiles'));
  const parameters = await openSearchParameters({ store, upkeep, core: openCore(), own, baseUrl, report, settle: 0 });
  try {
    await parameters.start();
  } finally {
    await parameters.stop();
  }
}
