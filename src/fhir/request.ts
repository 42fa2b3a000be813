import type { JsonBody } from './json.ts';
import type { FhirResource, OperationOutcomeIssue, ResourceType } from './types.ts';

/** A query string taken apart: names and values in order, %-decoded. */
export type QueryParameters = readonly (readonly [name: string, value: string])[];

/** The headers that bind an interaction to a state (https://hl7.org/fhir/R4/http.html#concurrency); raw header values. */
export interface Conditions {
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
  readonly ifModifiedSince?: string;
  readonly ifNoneExist?: string;
}

/** What the caller prefers (https://hl7.org/fhir/R4/http.html#ops); absent = no preference stated. */
export interface Preferences {
  readonly return?: 'minimal' | 'representation' | 'OperationOutcome';
  readonly handling?: 'strict' | 'lenient';
}

/** One interaction as FHIR sees it: no HTTP library, no stream. A Bundle entry makes the same. */
export interface FhirRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly type?: ResourceType;
  readonly id?: string;
  readonly versionId?: string;
  /** Owner of the compartment that a search looks into (https://hl7.org/fhir/R4/search.html#vscontext). */
  readonly compartment?: { readonly type: ResourceType; readonly id: string };
  /** In order; of a POST `_search`, those of the address and then those of the form. */
  readonly query: QueryParameters;
  readonly conditions: Conditions;
  readonly prefer: Preferences;
  /** Media type of the body without parameters, lower case. */
  readonly contentType?: string;
  readonly body?: JsonBody;
  /** Base of this server's FHIR addresses, without trailing slash (`PUBLIC_URL` + `/fhir`). */
  readonly baseUrl: string;
  /** The clock of this request. */
  readonly now: Date;
  /** Of a batch or transaction: whether nobody waits for its answer any more. Absent: somebody does. */
  readonly isOver?: () => boolean;
}

/** What an interaction answers. `http/` adds headers that hold for every answer and writes the bytes. */
export interface FhirResponse {
  readonly status: number;
  /** UTF-8 JSON as it is stored, or a resource to be written; absent = no body. */
  readonly body?: Buffer | FhirResource;
  /** The version that the answer stands for: gives ETag and Last-Modified. */
  readonly version?: { readonly versionId: number; readonly lastUpdated: string };
  /** Absolute address of what was created or updated. */
  readonly location?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Remarks for whoever asked for `Prefer: return=OperationOutcome`. */
  readonly issues?: readonly OperationOutcomeIssue[];
}

/** One interaction of the REST API (https://hl7.org/fhir/R4/http.html). Returns or throws FhirError. */
export type Interaction = (request: FhirRequest) => Promise<FhirResponse>;
