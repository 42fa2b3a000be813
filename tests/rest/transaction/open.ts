import { randomUUID } from 'node:crypto';
import { openStore } from '../../../src/stores.ts';
import { type OpenedStore, openEmbedded } from '../stores.ts';

const given = process.env.TRANSACTION_STORE;

/** The store that transactions are tried on: an embedded one, or a database of its own on the MongoDB of TRANSACTION_STORE. */
export async function openTried(): Promise<OpenedStore> {
  if (!given) return openEmbedded();
  const url = new URL(given);
  url.pathname = `/ramus-test-${randomUUID()}`;
  return openStore(url.toString());
}
