import type { Collection, Db } from 'mongodb';
import type {
  ClaimDocument,
  CurrentDocument,
  GuardDocument,
  LedgerDocument,
  MetaDocument,
  RevisionDocument,
  VersionDocument,
} from './documents.ts';

export interface Collections {
  readonly current: Collection<CurrentDocument>;
  readonly versions: Collection<VersionDocument>;
  readonly claims: Collection<ClaimDocument>;
  readonly guards: Collection<GuardDocument>;
  readonly revisions: Collection<RevisionDocument>;
  readonly ledger: Collection<LedgerDocument>;
  readonly meta: Collection<MetaDocument>;
}

export function collections(database: Db): Collections {
  return {
    current: database.collection('current'),
    versions: database.collection('versions'),
    claims: database.collection('claims'),
    guards: database.collection('guards'),
    revisions: database.collection('revisions'),
    ledger: database.collection('ledger'),
    meta: database.collection('meta'),
  };
}
