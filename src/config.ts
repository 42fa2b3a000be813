/** The configuration (its table is in README.md): the one place that reads the environment. */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { isResourceType } from './fhir/resource-types.ts';
import type { ResourceType } from './fhir/types.ts';

export interface Config {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Base of links, without trailing slash; absent: made from host and port. */
  readonly publicUrl?: string;
  readonly databaseUrl: string;
  /** Folders of content; a last part `*` stands for every folder there. Absent: every folder in `resources` of this package. */
  readonly contentDirs?: readonly string[];
  /** Statuses of the plans that are offered. */
  readonly cdsStatuses: readonly string[];
  /** Absent: `reject` for knowledge types, `warn` for all else. */
  readonly validateOnWrite?: 'off' | 'warn' | 'reject';
  readonly apiToken?: string;
  readonly readOnly: boolean;
  /** Whether a conditional delete that finds several deletes them all. */
  readonly deleteSeveral: boolean;
  readonly corsOrigins: readonly string[];
  /** Bytes. */
  readonly bodyLimit: number;
  /** Bytes; for a transaction, a batch and a hook call. */
  readonly largeBodyLimit: number;
  /** Milliseconds. */
  readonly requestTimeout: number;
  /** Whether only this machine can reach the server. */
  readonly loopback: boolean;
  /** Origins of EHRs that a hook call may read from; `loopback`: those of this machine. */
  readonly fhirServers: readonly string[] | 'loopback';
  readonly ehrWithout: readonly ResourceType[];
  readonly logLevel: LogLevel;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
type LogLevel = (typeof LOG_LEVELS)[number];

const PUBLICATION_STATUSES = ['draft', 'active', 'retired', 'unknown'] as const;
const MEGABYTE = 1_000_000;

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The configuration that an environment asks for; an empty value counts as none, except for CONTENT_DIRS.
 * @throws Error whose message names every fault, one a line; values of secrets are not repeated.
 */
export function readConfig(env: Environment): Config {
  const faults: string[] = [];
  const setting = <T>(name: string, fallback: T, parse: (text: string) => T): T => {
    const text = env[name]?.trim();
    if (!text) return fallback;
    return attempt(faults, `${name}="${text}"`, () => parse(text)) ?? fallback;
  };
  const secret = (name: string) => attempt(faults, name, () => readSecret(env, name));

  const host = setting('HOST', '127.0.0.1', parseHost);
  const loopback = isLoopback(host);
  const apiToken = attempt(faults, 'API_TOKEN', () => parseToken(readSecret(env, 'API_TOKEN')));
  if (!loopback && !apiToken) {
    faults.push(
      `HOST="${host}" can be reached from other machines, and nobody would have to prove who they are: set API_TOKEN, or leave HOST at 127.0.0.1.`,
    );
  }
  const bodyLimit = setting('BODY_LIMIT', 5 * MEGABYTE, parseSize);
  const publicUrl = setting<string | undefined>('PUBLIC_URL', undefined, parseBaseUrl);
  const validateOnWrite = setting('VALIDATE_ON_WRITE', undefined, oneOf<'off' | 'warn' | 'reject' | undefined>(['off', 'warn', 'reject']));
  const config: Config = {
    host,
    port: setting('PORT', 8080, parsePort),
    ...(publicUrl && { publicUrl }),
    databaseUrl: parseDatabaseUrl(faults, secret('DATABASE_URL') ?? 'file:./data/ramus.db'),
    ...(env.CONTENT_DIRS !== undefined && { contentDirs: list(env.CONTENT_DIRS) }),
    cdsStatuses: setting('CDS_STATUSES', loopback ? ['active', 'draft'] : ['active'], listOf(oneOf([...PUBLICATION_STATUSES]))),
    ...(validateOnWrite && { validateOnWrite }),
    ...(apiToken && { apiToken }),
    readOnly: setting('READ_ONLY', false, (text) => oneOf(['true', 'false'])(text) === 'true'),
    deleteSeveral: setting('CONDITIONAL_DELETE', 'single', oneOf(['single', 'multiple'])) === 'multiple',
    corsOrigins: setting('CORS_ORIGINS', [], listOf(parseOrigin)),
    bodyLimit,
    largeBodyLimit: Math.max(bodyLimit, 20 * MEGABYTE),
    requestTimeout: setting('REQUEST_TIMEOUT', 30_000, parseDuration),
    loopback,
    fhirServers: setting<readonly string[] | 'loopback'>('FHIR_SERVERS', loopback ? 'loopback' : [], parseServers),
    ehrWithout: setting('EHR_WITHOUT', [], (text) => (text === 'none' ? [] : listOf(parseResourceType)(text))),
    logLevel: setting('LOG_LEVEL', 'info', oneOf([...LOG_LEVELS])),
  };
  if (faults.length) throw new Error(`The configuration cannot be used:\n${faults.map((fault) => `- ${fault}`).join('\n')}`);
  return config;
}

/** Whether an address to listen on, or a host name without port, is this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function attempt<T>(faults: string[], what: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    faults.push(`${what} ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** A secret stands in NAME, or in the file whose path stands in NAME_FILE: an environment is easily read by others. */
function readSecret(env: Environment, name: string): string | undefined {
  const [value, file] = [env[name]?.trim(), env[`${name}_FILE`]?.trim()];
  if (value && file) throw new Error(`is set, and ${name}_FILE as well: keep one of them.`);
  if (!file) return value || undefined;
  const text = readText(file, name);
  if (!text) throw new Error(`is empty in the file that ${name}_FILE names: write the value into it.`);
  return text;
}

function readText(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new Error(`cannot be read from the file that ${name}_FILE names: check its path and permissions.`);
  }
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

function listOf<T>(parse: (text: string) => T): (text: string) => T[] {
  return (text) => list(text).map(parse);
}

function oneOf<T extends string | undefined>(allowed: readonly T[]): (text: string) => T {
  return (text) => {
    const found = allowed.find((value) => value === text);
    if (found === undefined) throw new Error(`is not one of ${allowed.join(', ')}.`);
    return found;
  };
}

function parseHost(text: string): string {
  if (isIP(text) || /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text)) return text;
  throw new Error('is neither an IP address nor a host name.');
}

/** A token that no header can carry would shut everybody out. */
function parseToken(text: string | undefined): string | undefined {
  if (text === undefined || /^[\x21-\x7e]+$/.test(text)) return text;
  throw new Error('holds white space or signs that no header can carry: use letters, digits and "-._~+/=".');
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new Error('is not a port: give a whole number from 0 to 65535.');
  return port;
}

function parseUrl(text: string): URL {
  if (!URL.canParse(text) || !/^https?:\/\//i.test(text)) throw new Error('is not an http or https URL.');
  return new URL(text);
}

function parseBaseUrl(text: string): string {
  const url = parseUrl(text);
  if (url.search || url.hash || url.username) throw new Error('must be a plain base address, without user, query or fragment.');
  return url.href.replace(/\/+$/, '');
}

function parseOrigin(text: string): string {
  const url = parseUrl(text);
  if (url.href.replace(/\/$/, '') !== url.origin) throw new Error(`has more than an origin in it: write ${url.origin}.`);
  return url.origin;
}

function parseServers(text: string): readonly string[] | 'loopback' {
  if (text === 'loopback') return 'loopback';
  return text === 'none' ? [] : listOf(parseOrigin)(text);
}

function parseDatabaseUrl(faults: string[], text: string): string {
  if (/^(file:.|mongodb(\+srv)?:\/\/.)/.test(text)) return text;
  faults.push('DATABASE_URL must begin with file: (a path) or mongodb:// .');
  return text;
}

function parseResourceType(text: string): ResourceType {
  if (!isResourceType(text)) throw new Error(`names "${text}", which is not a resource type of FHIR R4.`);
  return text;
}

/** `5 MB`, `512 kB` or a number of bytes. */
function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(b|kb|mb)?$/i.exec(text);
  const factor = { b: 1, kb: 1000, mb: MEGABYTE }[(match?.[2] ?? 'b').toLowerCase()];
  const size = Math.floor(Number(match?.[1]) * (factor ?? Number.NaN));
  if (!(size >= 1)) throw new Error('is not a size: write it as 5 MB, 512 kB or a number of bytes.');
  return size;
}

/** `30 s`, `500 ms` or a number of seconds. */
function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s)?$/i.exec(text);
  const milliseconds = Math.round(Number(match?.[1]) * (match?.[2]?.toLowerCase() === 'ms' ? 1 : 1000));
  if (!(milliseconds >= 1 && milliseconds < 2 ** 31))
    throw new Error('is not a time span: write it as 30 s, 500 ms or a number of seconds.');
  return milliseconds;
}
