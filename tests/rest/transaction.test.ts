import { describe } from '@jest/globals';
import { openEmbedded } from './stores.ts';
import { rules } from './transaction/rules.contract.ts';

describe('on the embedded store', () => {
  rules(openEmbedded);
});
