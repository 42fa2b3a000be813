/** Makes the JSON of the content folders anew from their sources: `node --import ./scripts/typescript.mjs scripts/build-content.ts`. */
import { buildContent } from '../src/content/generate/build.ts';

for (const { folder, count, written, removed } of buildContent('resources', 'profiles')) {
  console.log(`${folder}: ${count} resources, ${written.length} written, ${removed.length} removed`);
}
