import { Router } from 'express';
import { isUnchanged } from '../rest/etag.ts';
import type { OpenApiDocument } from '../rest/openapi.ts';
import { type Send, vary } from './send.ts';

/** The REST API in the words of OpenAPI, for tools. */
export function openApiRouter(document: () => OpenApiDocument, send: Send): Router {
  const router = Router({ caseSensitive: true });
  router.get('/openapi.json', (request, response) => {
    const { json, tag } = document();
    const ifNoneMatch = request.headers['if-none-match'];
    response.setHeader('ETag', tag);
    response.setHeader('Cache-Control', 'no-cache');
    vary(response, 'Accept-Encoding');
    if (ifNoneMatch !== undefined && isUnchanged({ ifNoneMatch }, tag)) {
      response.statusCode = 304;
      response.end();
      return;
    }
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    send(response, json, `openapi ${tag}`);
  });
  return router;
}
