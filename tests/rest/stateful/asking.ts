/** Steps as requests, alone or in a Bundle, and what came of them in the words of the model. */
import { FhirError } from '../../../src/fhir/error.ts';
import { refusalOf } from '../../../src/fhir/refusal.ts';
import type { Call, Client } from '../client.ts';
import { boundHeaders, type Resource } from './state.ts';
import type { Step, Target } from './step.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Asking {
  readonly method: Method;
  readonly address: string;
  readonly call: Call;
}

export interface Answered {
  readonly status: number;
  readonly versionId?: number;
  /** Below the base, without version. */
  readonly location?: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever comes
  readonly json?: any;
}

export function asking(step: Step): Asking {
  switch (step.kind) {
    case 'create': {
      const ifNoneExist = step.ifNoneExist === undefined ? {} : { ifNoneExist: `identifier=s|${step.ifNoneExist}` };
      return { method: 'POST', address: step.type, call: { body: step.body, ...ifNoneExist } };
    }
    case 'read':
      return { method: 'GET', address: addressOf(step.target), call: {} };
    case 'update':
      return { method: 'PUT', address: addressOf(step.target), call: { body: step.body, ...boundHeaders(step.bound) } };
    case 'patch': {
      const { patch, target } = step;
      const body = { body: patch.body(target.type), contentType: patch.contentType };
      return { method: 'PATCH', address: addressOf(target), call: { ...body, ...boundHeaders(step.bound) } };
    }
    case 'delete':
      return { method: 'DELETE', address: addressOf(step.target), call: boundHeaders(step.bound) };
  }
}

function addressOf(target: Target): string {
  return 'id' in target ? `${target.type}/${target.id}` : `${target.type}?identifier=s|${target.identifier}`;
}

/** Any refusal is an answer, too. */
export async function ask(rest: Client, { method, address, call }: Asking): Promise<Answered> {
  try {
    const { status, version, location, json } = await rest.call(method, address, call);
    return { status, ...(version && { versionId: version.versionId }), ...(location && { location: below(location) }), json };
  } catch (error) {
    if (error instanceof FhirError) return { status: refusalOf(error).status };
    throw error;
  }
}

/** `http://server/fhir/Patient/1/_history/2` as `Patient/1`. */
export function below(location: string): string {
  return /([A-Z]\w+\/[^/]+)(\/_history\/\d+)?$/.exec(location)?.[1] ?? location;
}

/** The entry of a Bundle that asks for the same. */
export function entryOf({ method, address, call: { body, contentType, ...conditions } }: Asking): object {
  const isPatch = contentType === 'application/json-patch+json';
  const data = Buffer.from(JSON.stringify(body ?? '')).toString('base64');
  const resource = isPatch ? { resourceType: 'Binary', contentType, data } : body;
  return { ...(resource && { resource }), request: { method, url: address, ...conditions } };
}

/** The resource without what the server gives. */
export function bare(resource: Resource): Resource {
  const { meta: _meta, ...rest } = resource;
  return rest as Resource;
}
