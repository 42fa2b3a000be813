/** A server with stand-in interactions on a free port, and a plain client that sends exactly what it is told. */
import { once } from 'node:events';
import { request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FhirRequest, FhirResponse } from '../../src/fhir/request.ts';
import { type Application, type ApplicationParts, application } from '../../src/http/application.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { createLog } from '../../src/log.ts';
import type { Route } from '../../src/rest/routes.ts';

export interface Door {
  readonly port: number;
  /** Lines of the log. */
  readonly lines: string[];
  readonly application: Application;
  ask(method: string, path: string, options?: Asked): Promise<Answer>;
  close(): Promise<void>;
}

export interface Asked {
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly bytes: Buffer;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly json: any;
}

const noFacts: ApplicationParts['facts'] = async () => ({
  baseUrl: 'http://127.0.0.1/fhir',
  cdsUrl: 'http://127.0.0.1/cds-services',
  store: 'none',
  counts: new Map(),
  services: [],
  heldBack: [],
  remarks: [],
});

export async function openDoor(routes: readonly Route[], parts: Partial<ApplicationParts> = {}): Promise<Door> {
  const lines: string[] = [];
  const limits = { bodyLimit: 2000, largeBodyLimit: 4000, requestTimeout: 5000 };
  const made = application({
    publicUrl: 'https://ramus.example.org',
    routes,
    openApi: () => ({ json: Buffer.from('{}'), tag: '"none"' }),
    services: { discover: async () => ({ services: [] }), call: async () => ({ cards: [] }) },
    facts: noFacts,
    ready: async () => true,
    log: createLog({ level: 'info', write: (line) => void lines.push(line) }),
    limits,
    corsOrigins: [],
    ...parts,
  });
  const server = createHttpServer((parts.limits ?? limits).requestTimeout);
  server.on('request', made.handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    lines,
    application: made,
    ask: (method, path, options) => ask(port, method, path, options),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

export async function ask(port: number, method: string, path: string, { headers = {}, body }: Asked = {}): Promise<Answer> {
  const length = body === undefined || 'Transfer-Encoding' in headers ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  const request = send({
    port,
    host: '127.0.0.1',
    method,
    path,
    headers: { ...length, ...headers } as Record<string, string>,
    agent: false,
  });
  request.end(body);
  const [response] = await once(request, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const text = bytes.toString();
  return {
    status: response.statusCode,
    headers: response.headers,
    bytes,
    text,
    get json() {
      return JSON.parse(text);
    },
  };
}

/** A resource of about `size` bytes with a number whose digits must survive. */
export function stored(id: string, size = 100): Buffer {
  return Buffer.from(
    `{"resourceType":"Observation","id":"${id}","valueQuantity":{"value":1.50},"note":[{"text":"${'å'.repeat(size / 2)}"}]}`,
  );
}

/** Answers with what the interaction was given, as far as JSON shows it. */
export async function mirror({ body, now, ...asked }: FhirRequest): Promise<FhirResponse> {
  const seen = { ...asked, ...(body && { body: body.text }), isNow: Math.abs(now.getTime() - Date.now()) < 60_000 };
  return { status: 200, body: Buffer.from(JSON.stringify(seen)) };
}
