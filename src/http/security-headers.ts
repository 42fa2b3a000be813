import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import helmet from 'helmet';
import { startStyle } from '../web/start-style.ts';

/** Names and values. */
export type Headers = readonly (readonly [name: string, value: string])[];

/**
 * Headers that keep a browser from doing more with an answer than it should: no script, no frame, no guessing of types.
 * They are the same for every answer, so helmet is asked once and not at each request, where it would cost as much as the store.
 * @param https - whether the server is reached by https, so that browsers may be told to stay there
 */
export function securityHeaders(https: boolean): Headers {
  const headers = new Map<string, string>();
  const response = { setHeader: (name: string, value: string) => headers.set(name, value), removeHeader: () => {} };
  protect(https)({} as Request, response as unknown as Response, () => {});
  return [...headers];
}

function protect(https: boolean): ReturnType<typeof helmet> {
  const style = createHash('sha256').update(startStyle).digest('base64');
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: [`'sha256-${style}'`],
        imgSrc: ['data:'],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: https,
    xFrameOptions: { action: 'deny' },
    // For browsers that nobody uses any more, or without meaning for a server of data.
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
    crossOriginOpenerPolicy: false,
  });
}
