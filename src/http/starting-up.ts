import type { RequestListener } from 'node:http';
import { issue, outcome } from '../fhir/outcome.ts';

/** Answers while store and content are being made ready: the process is alive, all else has to wait. */
export const startingUp: RequestListener = (request, response) => {
  const isLive = request.url === '/health/live';
  const body = isLive ? { status: 'alive' } : outcome([issue('error', 'transient', 'The server is starting; try again in a moment.')]);
  response.writeHead(isLive ? 200 : 503, { 'Content-Type': 'application/json; charset=utf-8', ...(!isLive && { 'Retry-After': '2' }) });
  response.end(JSON.stringify(body));
};
