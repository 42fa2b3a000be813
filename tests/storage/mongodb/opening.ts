import { randomUUID } from 'node:crypto';
import { afterAll, describe, test } from '@jest/globals';
import { openStore } from '../../../src/stores.ts';
import type { Open } from '../opened.ts';
import { startWireServer, type WireServer } from './wire-server.ts';

/** Tests on a server that is started for them; without one, a single test says why. */
export async function onWireServer(name: string, tests: (server: WireServer) => void): Promise<void> {
  const server = await startWireServer();
  if (typeof server === 'string') {
    describe(name, () => test.skip(server, () => undefined));
    return;
  }
  describe(name, () => {
    afterAll(() => server.stop());
    tests(server);
  });
}

/** Opens an empty database on a server. */
export function opening(server: WireServer): Open {
  return async () => {
    const url = server.url(`ramus-test-${randomUUID()}`);
    const opened = await openStore(url);
    return { ...opened, another: () => openStore(url) };
  };
}
