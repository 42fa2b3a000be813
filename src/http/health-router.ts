/** Is the process alive, and can it serve: for whoever starts and balances it. Neither says more than that. */
import type { ServerResponse } from 'node:http';
import { Router } from 'express';
import type { Send } from './send.ts';

/** @param ready - whether the store answers and the content is loaded */
export function healthRouter(ready: () => Promise<boolean>, send: Send): Router {
  const answer = (response: ServerResponse, code: 200 | 503, status: string) => {
    response.statusCode = code;
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    send(response, Buffer.from(JSON.stringify({ status })));
  };
  const router = Router({ caseSensitive: true });
  router.get('/live', (_request, response) => answer(response, 200, 'alive'));
  router.get('/ready', async (_request, response) =>
    (await ready()) ? answer(response, 200, 'ready') : answer(response, 503, 'not ready'),
  );
  return router;
}
