/** Is the process alive, and can it serve: for whoever starts and balances it. Neither says more than that. */
import { Router } from 'express';

/** @param ready - whether the store answers and the content is loaded */
export function healthRouter(ready: () => Promise<boolean>): Router {
  const router = Router({ caseSensitive: true });
  router.get('/live', (_request, response) => {
    response.json({ status: 'alive' });
  });
  router.get('/ready', async (_request, response) => {
    const isReady = await ready();
    response.status(isReady ? 200 : 503).json({ status: isReady ? 'ready' : 'not ready' });
  });
  return router;
}
