// Lets Node load the TypeScript sources without a build: `node --import ./scripts/typescript.mjs file.ts`. For tests and benchmarks.
import { register } from 'node:module';

register(new URL('./typescript-loader.mjs', import.meta.url));
