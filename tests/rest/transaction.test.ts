import { describe, jest } from '@jest/globals';

import { batches } from './transaction/batch.contract.ts';
import { wholeOrNot } from './transaction/faults.contract.ts';
import { identities } from './transaction/identities.contract.ts';
import { links } from './transaction/links.contract.ts';
import { openTried } from './transaction/open.ts';
import { rules } from './transaction/rules.contract.ts';

jest.setTimeout(30_000); // on a loaded machine, and on a database across a wire

describe('on a store', () => {
  rules(openTried);
  links(openTried);
  identities(openTried);
  batches(openTried);
  wholeOrNot(openTried);
});
