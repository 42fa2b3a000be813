import type { LosslessObject } from '../../fhir/json.ts';
import type { FhirResource, OperationOutcomeIssue } from '../../fhir/types.ts';
import type { Change, Version } from '../../storage/store.ts';
import type { Address } from '../address.ts';
import type { ResourceBody } from '../body.ts';
import type { Entry } from './entries.ts';

/** An entry whose resource may be written, as far as that does not depend on what is stored. */
export interface CheckedEntry extends Entry {
  /** Of a create or an update. */
  readonly body?: ResourceBody;
  /** Remarks that do not prevent the write. */
  readonly issues: readonly OperationOutcomeIssue[];
}

/** What an entry comes to, once its criteria are resolved. */
export type Deed = Deletion | Writing | Matched;

export interface Deletion {
  readonly kind: 'delete';
  readonly entry: CheckedEntry;
  /** None where nothing fits the criteria. */
  readonly targets: readonly Address[];
  readonly bound: Bound;
}

export interface Writing {
  readonly kind: 'write';
  readonly entry: CheckedEntry;
  readonly method: 'POST' | 'PUT' | 'PATCH';
  readonly target: Address;
  /** Links in it are rewritten in place. */
  readonly resource: LosslessObject;
  /** As it was before links were rewritten. */
  readonly value: FhirResource;
  readonly bound: Bound;
  readonly issues: readonly OperationOutcomeIssue[];
}

/** A conditional create that finds its resource: stored, or made by another entry. */
export interface Matched {
  readonly kind: 'match';
  readonly entry: CheckedEntry;
  readonly target: Address;
  /** Absent where another entry makes it. */
  readonly version?: Version;
}

/** The state that a write is bound to. */
export type Bound = Pick<Change, 'ifMatch' | 'ifNoneMatch'>;

export function nameOf({ type, id }: Address): string {
  return `${type}/${id}`;
}

/** A create or an update with the body of its entry. */
export function writing(entry: CheckedEntry, method: 'POST' | 'PUT', target: Address, bound: Bound): Writing {
  const { body, issues } = entry;
  if (!body) throw new Error('An entry was not checked before it is resolved.');
  return { kind: 'write', entry, method, target, resource: body.json.lossless() as LosslessObject, value: body.value, bound, issues };
}
