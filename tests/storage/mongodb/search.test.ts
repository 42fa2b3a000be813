/** A tenth of the searches that the embedded store is asked: the test server takes its time. All of them: SEARCH_QUERIES=20000. */
import { jest } from '@jest/globals';
import { searchesAgree } from '../searches-agree.ts';
import { onWireServer, opening } from './opening.ts';

jest.setTimeout(600_000);

await onWireServer('MongoDB', (server) => searchesAgree('MongoDB', opening(server), 0.1));
