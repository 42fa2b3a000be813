/** Makes the index that `openCore` reads, from the package of R4's definitions. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bundle, FhirResource, SearchParameter, StructureDefinition, ValueSet } from '../../fhir/types.ts';
import { writeJson, writeShelf } from '../shelf.ts';
import { implicitSystems } from './code-systems.ts';
import { summarize } from './summaries.ts';
import { trim } from './trim.ts';

const files = [
  'profiles-types.json',
  'profiles-resources.json',
  'profiles-others.json',
  'extension-definitions.json',
  'valuesets.json',
  'v3-codesystems.json',
  'v2-tables.json',
  'search-parameters.json',
  'conceptmaps.json',
];

/** Entries of other releases that stand among those of 4.0.1. */
const foreign = /\/(SubscriptionStatus|detectedissue-status|DeviceDefinition-classification|MetadataResource)$/;

/**
 * Reads the package in `source` (its folder) and writes the index to `target`.
 * Gives false, and does nothing, where the index is that of this package and this code.
 */
export function buildDefinitions(source: string, target: string): boolean {
  const stamp = stampOf(source);
  const mark = join(target, 'stamp.json');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === stamp) return false;
  const unfinished = `${target}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  writeIndex(files.flatMap((file) => readBundle(join(source, 'dist/fhir/r4', file))).map(trim), unfinished);
  writeFileSync(join(unfinished, 'stamp.json'), stamp);
  rmSync(target, { recursive: true, force: true });
  renameSync(unfinished, target);
  return true;
}

function writeIndex(resources: readonly FhirResource[], target: string): void {
  const ofType = <T extends FhirResource>(type: T['resourceType']) => resources.filter((each): each is T => each.resourceType === type);
  const structures = ofType<StructureDefinition>('StructureDefinition').filter(({ derivation }) => derivation !== 'constraint');
  const valueSets = new Map(ofType<ValueSet>('ValueSet').map((each) => [each.url ?? '', each]));
  const concrete = structures.filter(({ kind, abstract }) => kind === 'resource' && !abstract);
  writeJson(join(target, 'search-parameters.json.gz'), ofType<SearchParameter>('SearchParameter'));
  writeJson(join(target, 'code-systems.json.gz'), implicitSystems(structures, valueSets));
  writeJson(join(target, 'summaries.json.gz'), Object.fromEntries(concrete.map((each) => [each.type, summarize(each)])));
  writeShelf(
    join(target, 'resources'),
    resources.filter(({ resourceType }) => !['SearchParameter', 'CapabilityStatement'].includes(resourceType)),
  );
}

function readBundle(path: string): readonly FhirResource[] {
  const bundle = JSON.parse(readFileSync(path, 'utf8')) as Bundle;
  const resources = (bundle.entry ?? []).flatMap(({ resource }) => (resource ? [resource] : []));
  return (resources as FhirResource[]).filter((resource) => !('url' in resource && foreign.test(String(resource.url))));
}

/** Version of the package and hash of the code that makes the index. */
function stampOf(source: string): string {
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { version: string };
  const here = fileURLToPath(new URL('.', import.meta.url));
  const code = readdirSync(here).filter((name) => /\.(ts|js)$/.test(name));
  const hash = createHash('sha256');
  for (const name of [...code.sort().map((each) => join(here, each)), fileURLToPath(new URL(`../shelf.${extension()}`, import.meta.url))]) {
    hash.update(readFileSync(name));
  }
  return JSON.stringify({ package: version, code: hash.digest('hex') });
}

function extension(): string {
  return import.meta.url.endsWith('.ts') ? 'ts' : 'js';
}
