import { Router } from 'express';
import type { StartFacts } from '../web/start-facts.ts';
import { startPage } from '../web/start-page.ts';
import { type Send, vary } from './send.ts';

/** Pages for people: for now the one at the root. */
export function pageRouter(facts: () => Promise<StartFacts>, send: Send): Router {
  const router = Router({ caseSensitive: true });
  router.get('/', async (_request, response) => {
    const page = Buffer.from(startPage(await facts()));
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.setHeader('Cache-Control', 'no-cache');
    vary(response, 'Accept-Encoding');
    send(response, page);
  });
  return router;
}
