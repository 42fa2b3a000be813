/** The body of a call (https://cds-hooks.hl7.org/2.0/#http-request_1): strict where it could be misread, lenient with what it adds. */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { FhirError } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import type { Hook, HookContext } from './hooks/hook.ts';

export interface CdsRequest {
  readonly hook: string;
  readonly hookInstance: string;
  readonly context: HookContext;
  readonly prefetch: Readonly<Record<string, unknown>>;
  /** Base of the client's FHIR server, without trailing slash. */
  readonly fhirServer?: string;
  /** Bearer token for that server: used for this call, never kept or logged. */
  readonly accessToken?: string;
}

const UUID = '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';
const AUTHORIZATION = {
  type: 'object',
  required: ['access_token', 'token_type', 'expires_in', 'scope', 'subject'],
  properties: {
    access_token: { type: 'string', minLength: 1 },
    token_type: { const: 'Bearer' },
    expires_in: { type: 'integer' },
    scope: { type: 'string' },
    subject: { type: 'string' },
  },
};

export type RequestReader = (body: unknown) => CdsRequest;

const readers = new WeakMap<Hook, RequestReader>();

/** Reads bodies for one hook; made once for each. @throws FhirError `structure` or `invalid` naming the field */
export function requestReader(hook: Hook): RequestReader {
  const known = readers.get(hook) ?? createReader(hook);
  readers.set(hook, known);
  return known;
}

function createReader(hook: Hook): RequestReader {
  const validate = new Ajv({ allErrors: false, strict: false }).compile(schemaOf(hook));
  return (body) => {
    const stated = (body as { hook?: unknown } | null)?.hook;
    if (typeof stated === 'string' && stated !== hook.name)
      throw new FhirError(
        'invalid',
        `The hook is "${stated.slice(0, 60)}", but this service answers "${hook.name}": call the service of that hook.`,
      );
    if (!validate(withoutNulls(body))) throw fault(validate);
    return requestOf(withoutNulls(body) as Body);
  };
}

interface Body {
  readonly hook: string;
  readonly hookInstance: string;
  readonly context: Record<string, unknown>;
  readonly prefetch?: Record<string, unknown>;
  readonly fhirServer?: string;
  readonly fhirAuthorization?: { readonly access_token: string };
}

function schemaOf({ name, properties, required, users }: Hook): object {
  return {
    type: 'object',
    required: ['hook', 'hookInstance', 'context'],
    properties: {
      hook: { const: name },
      hookInstance: { type: 'string', pattern: UUID },
      fhirServer: { type: 'string', pattern: '^https?://[^\\s]+$' },
      fhirAuthorization: AUTHORIZATION,
      prefetch: { type: 'object' },
      context: {
        type: 'object',
        required: ['patientId', ...required],
        properties: {
          userId: { type: 'string', pattern: `^(${users.join('|')})/[A-Za-z0-9.-]{1,64}$` },
          patientId: { type: 'string', minLength: 1 },
          encounterId: { type: 'string' },
          ...properties,
        },
      },
    },
    dependencies: { fhirAuthorization: ['fhirServer'] },
  };
}

/** Members of the body and of its context that are null count as absent; in `prefetch` null has a meaning of its own. */
function withoutNulls(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const present = (object: object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
  const { context, ...rest } = present(body) as Record<string, unknown>;
  const hasMembers = typeof context === 'object' && context !== null && !Array.isArray(context);
  return { ...rest, ...(context !== undefined && { context: hasMembers ? present(context) : context }) };
}

function requestOf({ hook, hookInstance, context, prefetch = {}, fhirServer, fhirAuthorization }: Body): CdsRequest {
  const patientId = idOf(context.patientId as string, 'Patient');
  const encounterId = typeof context.encounterId === 'string' && context.encounterId ? idOf(context.encounterId, 'Encounter') : undefined;
  return {
    hook,
    hookInstance,
    context: { ...context, patientId, encounterId } as HookContext,
    prefetch,
    ...(fhirServer && { fhirServer: fhirServer.replace(/\/+$/, '') }),
    ...(fhirAuthorization && { accessToken: fhirAuthorization.access_token }),
  };
}

/** The bare id; some clients send `Patient/1`. */
function idOf(text: string, type: string): string {
  const id = text.startsWith(`${type}/`) ? text.slice(type.length + 1) : text;
  if (!isId(id)) throw new FhirError('invalid', `context.${type.toLowerCase()}Id is no logical id: send the id of the ${type} alone.`);
  return id;
}

function fault({ errors }: ValidateFunction): FhirError {
  const [error] = errors ?? [];
  if (!error) return new FhirError('structure', 'The body is no CDS Hooks request.');
  const missing = (error.params as { missingProperty?: string }).missingProperty;
  const path = [...error.instancePath.split('/').slice(1), ...(missing ? [missing] : [])].join('.');
  const expression = path || undefined;
  return new FhirError('structure', sentence(error, path, missing !== undefined), expression === undefined ? {} : { expression });
}

function sentence(error: ErrorObject, path: string, isMissing: boolean): string {
  if (error.keyword === 'dependencies') return 'fhirAuthorization needs fhirServer: send the address of the server that the token is for.';
  if (!path) return 'The body is no JSON object: send a CDS Hooks request with hook, hookInstance and context.';
  if (isMissing) return `${path} is missing: it is required.`;
  if (path === 'hookInstance') return 'hookInstance is no UUID.';
  if (path === 'context.userId') return 'context.userId must be [ResourceType]/[id] of a type that the hook allows.';
  return `${path} ${error.message ?? 'is not valid'}.`;
}
