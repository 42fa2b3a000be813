/** The socket: limits that hold before a request can be read at all. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { issue, outcome } from '../fhir/outcome.ts';

/** Milliseconds until the head of a request must have come. */
const HEADERS_TIMEOUT = 10_000;
/** Milliseconds that an idle connection is kept; longer than load balancers do. */
const KEEP_ALIVE = 65_000;
/** Bytes of a head, so that an address that is too long gets its answer from the router. */
const HEAD_LIMIT = 65_536;

/**
 * A server without listeners for requests.
 * @param requestTimeout - milliseconds; a request that is still being sent some seconds later loses its connection
 */
export function createHttpServer(requestTimeout: number): Server {
  const server = createServer({
    headersTimeout: Math.min(HEADERS_TIMEOUT, requestTimeout),
    requestTimeout: requestTimeout + 5000,
    keepAliveTimeout: KEEP_ALIVE,
    connectionsCheckingInterval: 2000,
    maxHeaderSize: HEAD_LIMIT,
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') return socket.destroy();
    socket.end(rawAnswer(error.code));
  });
  return server;
}

export interface Place {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Absent: made from host and port. */
  readonly publicUrl?: string;
}

/** @returns the base of all addresses, without trailing slash  @throws Error a sentence for the operator */
export async function listen(server: Server, { host, port, publicUrl }: Place): Promise<string> {
  server.listen(port, host);
  await once(server, 'listening').catch(({ code }: NodeJS.ErrnoException) => {
    const reason = code === 'EADDRINUSE' ? 'something else listens there; set PORT to another port' : `the system says ${code}`;
    throw new Error(`The server cannot listen on ${host}, port ${port}: ${reason}.`);
  });
  const { port: given } = server.address() as AddressInfo;
  return publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${given}`;
}

/** Milliseconds that requests under way get to end. */
const DRAIN = 20_000;

/** Takes no new connections, ends idle ones, and waits for the others until they are done or their time is up. */
export async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const patience = setTimeout(() => server.closeAllConnections(), DRAIN);
  await closed;
  clearInterval(idle);
  clearTimeout(patience);
}

/** An answer to what is no HTTP, or not in time. */
function rawAnswer(code: string | undefined): string {
  const [status, sentence] = faultOf(code);
  const body = JSON.stringify(outcome([issue('error', 'structure', sentence)]));
  const head = [`HTTP/1.1 ${status}`, 'Content-Type: application/fhir+json; charset=utf-8', `Content-Length: ${Buffer.byteLength(body)}`];
  return `${[...head, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`;
}

function faultOf(code: string | undefined): readonly [status: string, sentence: string] {
  if (code === 'HPE_HEADER_OVERFLOW')
    return ['431 Request Header Fields Too Large', `Address and headers together are larger than ${HEAD_LIMIT} bytes; send less.`];
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return ['408 Request Timeout', 'The request did not come in time; send it again.'];
  return ['400 Bad Request', 'This is not a request of HTTP/1.1.'];
}
