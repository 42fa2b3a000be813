import { jest } from '@jest/globals';
import { ledgerContract } from '../ledger.contract.ts';
import { storeContract } from '../store.contract.ts';
import { upkeepContract } from '../upkeep.contract.ts';
import { onWireServer, opening } from './opening.ts';
import { rivals } from './rivals.ts';

jest.setTimeout(60_000); // the test server flushes to disk at each commit

await onWireServer('MongoDB', (server) => {
  const open = opening(server);
  storeContract('MongoDB', open);
  upkeepContract('MongoDB', open);
  ledgerContract('MongoDB', open);
  rivals(open);
});
