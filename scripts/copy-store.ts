/** npm run copy-store -- FROM TO */
import { readConfig } from '../src/config.ts';
import { copyStore } from '../src/copy-store.ts';

const [from, to, ...more] = process.argv.slice(2);
try {
  if (!from || !to || more.length) {
    throw new Error(
      'Say from where and to where: npm run copy-store -- file:./data/ramus.db @secrets/mongodb-url (a file that holds the address).',
    );
  }
  const { host, port, publicUrl = `http://${host}:${port}` } = readConfig(process.env);
  await copyStore(from, to, { baseUrl: `${publicUrl}/fhir`, report: console.log });
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
