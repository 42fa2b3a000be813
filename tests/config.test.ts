import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isLoopback, readConfig } from '../src/config.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ramus-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const faults = (env: Record<string, string>): string => {
  try {
    readConfig(env);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the configuration', () => {
  test('has a default for every name, the content that of this package', () => {
    expect(readConfig({})).toEqual({
      host: '127.0.0.1',
      port: 8080,
      databaseUrl: 'file:./data/ramus.db',
      cdsStatuses: ['active', 'draft'],
      readOnly: false,
      deleteSeveral: false,
      corsOrigins: [],
      bodyLimit: 5_000_000,
      largeBodyLimit: 20_000_000,
      requestTimeout: 30_000,
      loopback: true,
      fhirServers: 'loopback',
      ehrWithout: [],
      logLevel: 'info',
    });
  });

  test('reads every name', () => {
    const config = readConfig({
      HOST: '0.0.0.0',
      PORT: '0',
      PUBLIC_URL: 'https://guidelines.example.org/base/',
      DATABASE_URL: 'mongodb://db/ramus',
      CONTENT_DIRS: 'a, b/*',
      CDS_STATUSES: 'active, draft',
      VALIDATE_ON_WRITE: 'off',
      API_TOKEN: 'a-token',
      READ_ONLY: 'true',
      CONDITIONAL_DELETE: 'multiple',
      CORS_ORIGINS: 'https://app.example.org, http://localhost:3000/',
      BODY_LIMIT: '30 MB',
      REQUEST_TIMEOUT: '1500 ms',
      FHIR_SERVERS: 'https://ehr.example.org',
      EHR_WITHOUT: 'MedicationStatement,Device',
      LOG_LEVEL: 'debug',
    });
    expect(config).toMatchObject({ host: '0.0.0.0', port: 0, publicUrl: 'https://guidelines.example.org/base', loopback: false });
    expect(config).toMatchObject({
      contentDirs: ['a', 'b/*'],
      cdsStatuses: ['active', 'draft'],
      validateOnWrite: 'off',
      readOnly: true,
      deleteSeveral: true,
    });
    expect(config).toMatchObject({ corsOrigins: ['https://app.example.org', 'http://localhost:3000'], apiToken: 'a-token' });
    expect(config).toMatchObject({ bodyLimit: 30_000_000, largeBodyLimit: 30_000_000, requestTimeout: 1500, logLevel: 'debug' });
    expect(config).toMatchObject({ fhirServers: ['https://ehr.example.org'], ehrWithout: ['MedicationStatement', 'Device'] });
  });

  test('offers only active plans and reads from no EHR when other machines can reach it', () => {
    const config = readConfig({ HOST: '::', API_TOKEN: 'a-token' });
    expect(config).toMatchObject({ cdsStatuses: ['active'], fhirServers: [] });
  });

  test('an empty value is the default, but an empty CONTENT_DIRS is no content', () => {
    expect(readConfig({ PORT: '', CONTENT_DIRS: '' })).toMatchObject({ port: 8080, contentDirs: [] });
  });

  test('names every fault in one message', () => {
    const message = faults({
      PORT: 'http',
      LOG_LEVEL: 'loud',
      CORS_ORIGINS: 'https://a.example.org/path',
      EHR_WITHOUT: 'Tablet',
      BODY_LIMIT: '0',
    });
    for (const name of ['PORT', 'LOG_LEVEL', 'CORS_ORIGINS', 'EHR_WITHOUT', 'BODY_LIMIT']) expect(message).toContain(`- ${name}="`);
    expect(message.split('\n')).toHaveLength(6);
    expect(message).toContain('write https://a.example.org.');
  });

  test('refuses to be reached by other machines without a token', () => {
    expect(faults({ HOST: '0.0.0.0' })).toContain('set API_TOKEN, or leave HOST at 127.0.0.1');
    expect(faults({ HOST: 'localhost' })).toBe('');
  });

  test('takes a secret from a file, and never repeats one', () => {
    const file = join(folder, 'token');
    writeFileSync(file, 'from-a-file\n');
    expect(readConfig({ API_TOKEN_FILE: file }).apiToken).toBe('from-a-file');
    expect(faults({ API_TOKEN_FILE: file, API_TOKEN: 'in-the-open' })).toMatch(/API_TOKEN is set, and API_TOKEN_FILE as well/);
    for (const token of ['two words', 'schlüssel', 'a\nb']) {
      expect(faults({ API_TOKEN: token })).toContain('API_TOKEN holds white space');
      expect(faults({ API_TOKEN: token })).not.toContain(token);
    }
    expect(faults({ API_TOKEN_FILE: join(folder, 'none') })).toContain('API_TOKEN cannot be read from the file');
    writeFileSync(file, ' ');
    expect(faults({ API_TOKEN_FILE: file })).toContain('is empty in the file');
    expect(faults({ DATABASE_URL: 'postgres://user:secret-word@db', API_TOKEN: 'in-the-open', PORT: 'x' })).not.toMatch(
      /secret-word|in-the-open/,
    );
  });

  test.each([
    ['PUBLIC_URL', 'ftp://a'],
    ['PUBLIC_URL', 'http://a/?x=1'],
    ['REQUEST_TIMEOUT', 'soon'],
    ['BODY_LIMIT', 'NaN'],
    ['HOST', 'a b'],
    ['PORT', '70000'],
    ['READ_ONLY', 'yes'],
    ['CONDITIONAL_DELETE', 'all'],
    ['CDS_STATUSES', 'ready'],
    ['VALIDATE_ON_WRITE', 'maybe'],
    ['FHIR_SERVERS', 'ehr.example.org'],
  ])('refuses %s="%s"', (name, value) => {
    expect(faults({ [name]: value, API_TOKEN: 'a-token' })).toContain(`${name}="${value}" `);
  });
});

test.each([
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['::1', true],
  ['localhost', true],
  ['127.evil.example', false],
  ['0.0.0.0', false],
  ['::', false],
])('%s is loopback: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
