import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { createFetch } from '../../src/cds/fetch.ts';

/** Runs with the base of a server that answers so. */
async function serving(listener: RequestListener, run: (base: string) => Promise<void>) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe('reading from a FHIR server', () => {
  test('asks for FHIR JSON with the token, and gives the resource', async () => {
    let headers: unknown;
    const listener: RequestListener = (request, response) => {
      headers = request.headers;
      response.end('{"resourceType":"Bundle"}');
    };
    await serving(listener, async (base) => {
      expect(await createFetch()(`${base}/Condition?patient=p`, 'token')).toEqual({ resourceType: 'Bundle' });
      expect(headers).toMatchObject({ accept: 'application/fhir+json', authorization: 'Bearer token' });
    });
  });

  test.each<[string, RequestListener]>([
    ['an error', (_, response) => response.writeHead(500).end('{}')],
    ['a redirect', (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end()],
    ['what nests too deep', (_, response) => response.end(`{"resourceType":"Bundle","x":${'['.repeat(300)}${']'.repeat(300)}}`)],
    ['what has a member twice', (_, response) => response.end('{"resourceType":"Bundle","entry":[1],"entry":[]}')],
    ['what is no JSON', (_, response) => response.end('<html>')],
    ['what is no resource', (_, response) => response.end('[]')],
    ['too much', (_, response) => response.end(JSON.stringify({ resourceType: 'Bundle', x: 'x'.repeat(2000) }))],
    ['nothing in time', () => {}],
    ['a broken connection', (request) => request.socket.destroy()],
  ])('%s is a fault that names server and type alone', async (_, listener) => {
    await serving(listener, async (base) => {
      const read = createFetch({ timeout: 300, limit: 1000 });
      const error = await read(`${base}/Condition?patient=secret-id`, 'secret-token').catch((thrown: Error) => thrown);
      expect(error).toMatchObject({
        kind: 'incomplete',
        message: expect.stringContaining('Condition could not be read from http://127.0.0.1'),
      });
      expect(String(error)).not.toContain('secret');
    });
  });
});
