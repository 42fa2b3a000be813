import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { startStyle } from '../web/start-style.ts';

/**
 * Headers that keep a browser from doing more with an answer than it should: no script, no frame, no guessing of types.
 * @param https - whether the server is reached by https, so that browsers may be told to stay there
 */
export function securityHeaders(https: boolean): RequestHandler {
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
    // For browsers that nobody uses any more, or without meaning for a server of data.
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
    crossOriginOpenerPolicy: false,
  });
}
