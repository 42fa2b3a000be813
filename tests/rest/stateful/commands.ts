/** Commands for fast-check: each asks the server, changes the model, and compares the two. */
import { expect } from '@jest/globals';
import type fc from 'fast-check';
import type { Client } from '../client.ts';
import { type Answered, ask, asking, bare, below, entryOf } from './asking.ts';
import { inOrder, transactionOutcome } from './bundles.ts';
import {
  current,
  identifiers,
  type ModelVersion,
  namesOf,
  type Resource,
  type State,
  TYPES,
  type Type,
  versionsOf,
  withIdentifier,
} from './state.ts';
import { type Expected, expected, pick, type Step } from './step.ts';

export interface Real {
  readonly rest: Client;
  /** Told of each step that was carried out. */
  readonly count: (steps: number) => void;
  /** Told of what single steps and transactions were answered with. */
  readonly answered: (status: number) => void;
}

type Command = fc.AsyncCommand<State, Real>;
/** A step as it is drawn: ids are chosen when it is run. */
export type Drawn = (state: State) => Step;

const command = (label: string, run: (state: State, real: Real) => Promise<void>): Command => ({
  check: () => true,
  run: async (state, real) => {
    await run(state, real);
    real.count(1);
  },
  toString: () => label,
});

export const single = (label: string, drawn: Drawn): Command =>
  command(label, async (state, { rest, answered }) => {
    const step = drawn(state);
    const outcome = expected(state, step);
    const answer = await ask(rest, asking(step));
    answered(answer.status);
    expect([label, answer.status]).toEqual([label, outcome.status]);
    if (answer.status >= 400) return;
    const name = outcome.name ?? answer.location;
    if (name === undefined) return; // deleted was what was not there
    outcome.apply?.(state, name);
    compare(state, name, answer, step.kind !== 'delete');
  });

function compare(state: State, name: string, { versionId, json }: Answered, hasBody: boolean): void {
  expect([name, versionId]).toEqual([name, versionsOf(state, name).length]);
  if (hasBody) expect(bare(json)).toEqual(current(state, name));
}

export const transaction = (label: string, drawn: readonly Drawn[]): Command =>
  command(label, async (state, { rest, count, answered }) => {
    const steps = drawn.map((each) => each(state));
    const outcome = transactionOutcome(state, steps);
    const answer = await sent(rest, 'transaction', steps);
    count(steps.length);
    answered(answer.status);
    if ('refused' in outcome) {
      expect([label, [...outcome.refused], outcome.refused.has(answer.status)]).toEqual([label, [...outcome.refused], true]);
      return;
    }
    expect([label, answer.status]).toEqual([label, 200]);
    const entries: readonly Entry[] = answer.json.entry ?? [];
    const locations = entries.map(({ response }) => response.location && below(response.location));
    const names = inOrder(steps).map(({ index }) => [index, carryOut(state, outcome.entries[index], entries[index], locations)] as const);
    // a create that found what another entry writes answers with that one's version
    for (const [index, name] of names) compareEntry(state, name, entries[index]);
  });

/** The entries of a batch stand alone: each as if it had come by itself, in the order of R4. */
export const batch = (label: string, drawn: readonly Drawn[]): Command =>
  command(label, async (state, { rest, count }) => {
    const steps = drawn.map((each) => each(state));
    const answer = await sent(rest, 'batch', steps);
    count(steps.length);
    expect([label, answer.status]).toEqual([label, 200]);
    const entries: readonly Entry[] = answer.json.entry ?? [];
    const locations = entries.map(({ response }) => response.location && below(response.location));
    for (const { step, index } of inOrder(steps)) {
      compareEntry(state, carryOut(state, expected(state, step), entries[index], locations), entries[index]);
    }
  });

interface Entry {
  readonly resource?: Resource;
  readonly response: { readonly status: string; readonly location?: string; readonly etag?: string };
}

function sent(rest: Client, type: string, steps: readonly Step[]): Promise<Answered> {
  const entry = steps.map((step) => entryOf(asking(step)));
  return ask(rest, { method: 'POST', address: '', call: { body: { resourceType: 'Bundle', type, entry } } });
}

/** Does to the model what an entry did; gives the address, if there is one. */
function carryOut(
  state: State,
  outcome: Expected | undefined,
  entry: Entry | undefined,
  locations: readonly (string | undefined)[],
): string | undefined {
  const { status, location } = entry?.response ?? { status: 'none' };
  expect(status).toBe(String(outcome?.status));
  if (Number(status) >= 400) return undefined;
  const twin = /^entry (\d+)$/.exec(outcome?.name ?? '')?.[1];
  const name = twin === undefined ? (outcome?.name ?? (location && below(location))) : locations[Number(twin)];
  if (name !== undefined) outcome?.apply?.(state, name);
  return name;
}

function compareEntry(state: State, name: string | undefined, entry: Entry | undefined): void {
  if (name === undefined) return;
  expect([name, entry?.response.etag]).toEqual([name, `W/"${versionsOf(state, name).length}"`]);
  if (entry?.resource) expect(bare(entry.resource)).toEqual(current(state, name));
}

/** Every version as it was, and what never was. */
export const vread = (type: Type, number: number, version: number): Command =>
  command(`vread ${type} ${number} ${version}`, async (state, { rest }) => {
    const name = `${type}/${pick(state, type, number)}`;
    const versionId = (version % (versionsOf(state, name).length + 1)) + 1;
    const wanted = versionsOf(state, name)[versionId - 1];
    const answer = await ask(rest, { method: 'GET', address: `${name}/_history/${versionId}`, call: {} });
    expect([name, versionId, answer.status]).toEqual([name, versionId, wanted ? (wanted.resource ? 200 : 410) : 404]);
    if (wanted?.resource) expect(bare(answer.json)).toEqual(wanted.resource);
  });

/** Of one resource, of a type, or of the whole server. */
export const history = (type: Type | undefined, number: number | undefined): Command =>
  command(`history ${type} ${number}`, async (state, { rest }) => {
    const name = type && number !== undefined ? `${type}/${pick(state, type, number)}` : undefined;
    const address = [name ?? type, '_history?_count=1000'].filter(Boolean).join('/');
    const answer = await ask(rest, { method: 'GET', address, call: {} });
    const names = name ? [name] : type ? namesOf(state, type) : TYPES.flatMap((each) => namesOf(state, each));
    if (name && versionsOf(state, name).length === 0) return expect(answer.status).toBe(404);
    const listed = names.flatMap((each) => versionsOf(state, each).map((version, i) => told(each, version, i + 1)));
    expect([address, answer.json.total]).toEqual([address, listed.length]);
    const entries = ((answer.json.entry ?? []) as readonly HistoryEntry[]).map(read);
    if (listed.length <= 1000) expect([...entries].sort()).toEqual([...listed].sort());
    const times = (answer.json.entry ?? []).map(({ response }: HistoryEntry) => response.lastModified);
    expect(times).toEqual([...times].sort().reverse());
  });

interface HistoryEntry extends Entry {
  readonly fullUrl: string;
  readonly request: { readonly method: string; readonly url: string };
  readonly response: Entry['response'] & { readonly lastModified: string };
}

function told(name: string, { method, resource }: ModelVersion, versionId: number): string {
  const status = method === 'DELETE' ? 204 : method === 'POST' || versionId === 1 ? 201 : 200;
  return JSON.stringify([name, versionId, method, status, resource && canonical(resource)]);
}

function read({ fullUrl, request, response, resource }: HistoryEntry): string {
  const versionId = Number(/\d+/.exec(response.etag ?? '')?.[0]);
  const name = below(fullUrl);
  expect(request.url).toBe(request.method === 'POST' ? name.slice(0, name.indexOf('/')) : name);
  return JSON.stringify([name, versionId, request.method, Number(response.status), resource && canonical(bare(resource))]);
}

/** Members by name: a patch may put one elsewhere. */
function canonical(resource: Resource): object {
  return Object.fromEntries(Object.entries(resource).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** In pages, by id. */
export const search = (type: Type, value: string, size: number): Command =>
  command(`search ${type} ${value} ${size}`, async (state, { rest }) => {
    const found: Resource[] = [];
    let address: string | undefined = `${type}?identifier=s|${value}&_sort=_id&_total=accurate&_count=${size}`;
    const wanted = withIdentifier(state, type, value);
    while (address) {
      const { json } = await ask(rest, { method: 'GET', address, call: {} });
      expect([json.total, (json.entry ?? []).length <= size]).toEqual([wanted.length, true]);
      found.push(...(json.entry ?? []).map(({ resource }: Entry) => resource));
      const next = json.link.find(({ relation }: { relation: string }) => relation === 'next')?.url as string | undefined;
      address = next?.slice(next.indexOf(`/${type}?`) + 1);
    }
    expect(found.map(({ id }) => `${type}/${id}`)).toEqual(wanted);
    for (const each of found) expect([identifiers(each).includes(value), bare(each)]).toEqual([true, current(state, `${type}/${each.id}`)]);
  });
