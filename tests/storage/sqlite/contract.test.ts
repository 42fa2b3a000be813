import { ledgerContract } from '../ledger.contract.ts';
import { storeContract } from '../store.contract.ts';
import { upkeepContract } from '../upkeep.contract.ts';
import { open } from './opening.ts';

storeContract('SQLite', open);
upkeepContract('SQLite', open);
ledgerContract('SQLite', open);
