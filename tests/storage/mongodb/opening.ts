import { randomUUID } from 'node:crypto';
import { afterAll, describe, test } from '@jest/globals';
import { MongoClient } from 'mongodb';
import type { MongoOptions } from '../../../src/storage/mongodb/open.ts';
import { type OpenStore, openStore } from '../../../src/stores.ts';
import type { Open } from '../opened.ts';
import { startWireProxy, type WireProxy } from './wire-proxy.ts';
import { startWireServer, type WireServer } from './wire-server.ts';

/** Tests on a server that is started for them; without one, a single test says why. */
export async function onWireServer(name: string, tests: (server: WireServer) => void): Promise<void> {
  const server = await startWireServer();
  if (typeof server === 'string') {
    describe(name, () => test.skip(server, () => undefined));
    return;
  }
  describe(name, () => {
    tests(server);
    afterAll(() => server.stop()); // hooks run in their order: what the tests opened is closed before
  });
}

/** Opens an empty database on a server. */
export function opening(server: WireServer): Open {
  return async () => {
    const url = server.url(`ramus-test-${randomUUID()}`);
    const slow = { readForMs: 60_000 }; // the test server is not a fast one
    const opened = await openStore(url, slow);
    return { ...opened, another: () => openStore(url, slow) };
  };
}

/** A server whose commands are seen and whose connections can be cut. */
export interface Watched {
  readonly proxy: WireProxy;
  /** Beside the proxy, for fail points and for looking at what is there. */
  readonly client: MongoClient;
  /** Through the proxy, to a database of its own where none is named. */
  url(database?: string, options?: string): string;
  open(options?: MongoOptions, url?: string): Promise<OpenStore>;
  /** The next commands of these names fail so. */
  fail(data: FailPoint, mode?: object | 'off'): Promise<void>;
  close(): Promise<void>;
}

export interface FailPoint {
  readonly failCommands: readonly string[];
  readonly errorCode?: number;
  readonly errorLabels?: readonly string[];
  readonly closeConnection?: boolean;
  readonly writeConcernError?: { readonly code: number; readonly errmsg: string; readonly errorLabels?: readonly string[] };
}

export async function watched(server: WireServer): Promise<Watched> {
  const { hostname, port } = new URL(server.url('admin'));
  const proxy = await startWireProxy(hostname, Number(port));
  const client = new MongoClient(server.url('admin'), { serverMonitoringMode: 'poll', heartbeatFrequencyMS: 500 });
  const stores: OpenStore[] = [];
  const url = (database = `ramus-test-${randomUUID()}`, options = '') =>
    `mongodb://127.0.0.1:${proxy.port}/${database}?directConnection=true&serverMonitoringMode=poll${options}`; // polled: a change is seen at once, not at the next heartbeat
  const fail: Watched['fail'] = async ({ ...data }, mode = { times: 1 }) => {
    await client.db('admin').command({ configureFailPoint: 'failCommand', mode, ...(mode !== 'off' && { data }) });
  };
  return {
    ...{ proxy, client, url, fail },
    async open(options = {}, address = url()) {
      const opened = await openStore(address, { selectionMs: 1_000, ...options });
      stores.push(opened);
      return opened;
    },
    async close() {
      await fail({ failCommands: [] }, 'off');
      proxy.away(false);
      await Promise.all(stores.map((store) => store.close()));
      await client.close();
      await proxy.close();
    },
  };
}
