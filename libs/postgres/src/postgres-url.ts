import { readFileSync } from 'node:fs';
import { SettingInvalid } from '@virtualchain/kernel';
import { SESSION_SETTING_NAMES } from './session.ts';

/** What a Postgres URL says, in the words of `pg`. What it does not say is undefined, and `pg` looks into PG… variables. */
export interface PostgresAddress {
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string | undefined;
  readonly ssl: false | PostgresTls | undefined;
  readonly application_name: string | undefined;
  readonly connectionTimeoutMillis: number | undefined;
  /** Settings of the server for the session: `-c name=value …`. */
  readonly options: string | undefined;
}

export interface PostgresTls {
  readonly rejectUnauthorized: boolean;
  /** The name that the certificate is compared with: for an address in numbers, `pg` does not say one. */
  readonly host?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly checkServerIdentity?: () => undefined;
}

/** A Postgres URL says something that is not understood, or not taken: it is not connected in another way than it says. */
export class PostgresUrlInvalid extends SettingInvalid {
  override readonly name = 'PostgresUrlInvalid';

  constructor(problems: readonly string[]) {
    super(`the Postgres URL: ${problems.join('; ')}`, problems);
  }
}

const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
type SslMode = (typeof SSL_MODES)[number];

const PARAMETERS = new Set([
  'application_name',
  'connect_timeout',
  'host',
  'options',
  'port',
  'ssl',
  'sslcert',
  'sslkey',
  'sslmode',
  'sslrootcert',
]);

/** Everything that is wrong with a Postgres URL, without quoting what may be secret; nothing when it can be used. */
export function problemsOfPostgresUrl(url: string): readonly string[] {
  const problems: string[] = [];
  read(url, problems);
  return problems;
}

/** @throws PostgresUrlInvalid with every problem. */
export function postgresAddress(url: string): PostgresAddress {
  const problems: string[] = [];
  const address = read(url, problems);
  if (problems.length > 0 || address === null) throw new PostgresUrlInvalid(problems);
  return address;
}

function read(text: string, problems: string[]): PostgresAddress | null {
  // Without a host, as in postgres:///db?host=/var/run/postgresql, there is nothing before the path.
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['postgres:', 'postgresql:'].includes(url.protocol)) {
    problems.push('is no URL that begins with postgres:// or postgresql://');
    return null;
  }
  const parameters = parametersOf(url, problems);
  const decoded = (what: string, part: string): string | undefined => {
    if (part === '') return undefined;
    try {
      return decodeURIComponent(part);
    } catch {
      problems.push(`a % in its ${what} is not percent-encoded: write %25`);
      return undefined;
    }
  };
  const host = parameters.get('host') ?? decoded('host', url.hostname.replace(/^\[(.*)\]$/, '$1'));
  if (host?.includes(',')) problems.push('names several hosts: one is taken');
  if (parameters.has('host') && url.hostname !== '') problems.push('names a host twice, the second time as host=');
  if (parameters.has('port') && url.port !== '') problems.push('names a port twice, the second time as port=');
  if (url.hash !== '')
    problems.push('has a part behind #: percent-encode it as %23 if it belongs to a name or password');
  const isSocket = host?.startsWith('/') === true;
  return {
    host,
    port: wholeNumber('port', parameters.get('port') ?? url.port, 65_535, problems),
    user: decoded('user', url.username),
    password: decoded('password', url.password),
    database: decoded('database', url.pathname.slice(1)),
    ssl: tlsOf(parameters, isSocket, host, problems),
    application_name: parameters.get('application_name'),
    connectionTimeoutMillis: milliseconds(
      wholeNumber('connect_timeout', parameters.get('connect_timeout') ?? '', 3_600, problems),
    ),
    options: sessionOptions(parameters.get('options'), problems),
  };
}

function parametersOf(url: URL, problems: string[]): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  if (/%(?![0-9a-f]{2})/i.test(url.search)) problems.push('a % in its parameters is not percent-encoded: write %25');
  for (const [name, value] of url.searchParams) {
    if (!PARAMETERS.has(name)) {
      problems.push(`has the parameter ${name}=, which is not taken; these are: ${[...PARAMETERS].join(', ')}`);
    } else if (parameters.has(name)) problems.push(`has the parameter ${name}= twice`);
    else parameters.set(name, value);
  }
  return parameters;
}

/** Absent when the URL says nothing of TLS. */
function tlsOf(
  parameters: ReadonlyMap<string, string>,
  isSocket: boolean,
  host: string | undefined,
  problems: string[],
): false | PostgresTls | undefined {
  const mode = modeOf(parameters, problems);
  const files = ['sslrootcert', 'sslcert', 'sslkey'].filter((name) => parameters.has(name));
  if (mode === undefined || mode === 'disable') {
    if (files.length > 0) problems.push(`has ${files.join(', ')} and no sslmode that uses it: add sslmode=verify-full`);
    return mode === undefined ? undefined : false;
  }
  if (isSocket) problems.push(`asks for TLS (${mode}) on a Unix socket, which has none`);
  const root = parameters.get('sslrootcert');
  const ca = root === 'system' ? undefined : readPem('sslrootcert', root, problems);
  if (mode === 'verify-ca' && ca === undefined && (root === undefined || root === 'system')) {
    problems.push('says sslmode=verify-ca without sslrootcert=<file>: any host with a public certificate would pass');
  }
  if (parameters.has('sslcert') !== parameters.has('sslkey')) problems.push('has one of sslcert and sslkey: give both');
  const cert = readPem('sslcert', parameters.get('sslcert'), problems);
  const key = readPem('sslkey', parameters.get('sslkey'), problems);
  return {
    rejectUnauthorized: mode !== 'require' || root !== undefined,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    // As in libpq: the certificate only has to come from the authority, except under verify-full.
    ...(mode === 'verify-full' ? host !== undefined && { host } : { checkServerIdentity: () => undefined }),
  };
}

function modeOf(parameters: ReadonlyMap<string, string>, problems: string[]): SslMode | undefined {
  const mode = parameters.get('sslmode');
  const ssl = parameters.get('ssl');
  if (mode !== undefined && ssl !== undefined) problems.push('has both sslmode and ssl: leave ssl out');
  if (ssl !== undefined && !['true', '1', 'false', '0'].includes(ssl))
    problems.push('says neither ssl=true nor ssl=false');
  if (mode === undefined)
    return ssl === undefined ? undefined : ssl === 'true' || ssl === '1' ? 'verify-full' : 'disable';
  const known = SSL_MODES.find((each) => each === mode);
  if (known === undefined) {
    const why = ['allow', 'prefer'].includes(mode) ? 'could go on in clear text without a word' : 'is no mode';
    problems.push(`says sslmode=${mode.slice(0, 20)}, which ${why}; one of ${SSL_MODES.join(', ')} is taken`);
  }
  return known;
}

function readPem(name: string, path: string | undefined, problems: string[]): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    problems.push(`names ${path} as ${name}, which cannot be read (${(error as { code?: string }).code})`);
    return undefined;
  }
}

function wholeNumber(name: string, text: string, max: number, problems: string[]): number | undefined {
  if (text === '') return undefined;
  if (/^\d{1,9}$/.test(text) && Number(text) >= 1 && Number(text) <= max) return Number(text);
  problems.push(`has a ${name} that is no number from 1 to ${max}`);
  return undefined;
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1_000;
}

/** `-c name=value`, `--name=value`; backslashes escape spaces. Settings that every session of ours sets itself are not taken. */
function sessionOptions(options: string | undefined, problems: string[]): string | undefined {
  if (options === undefined) return undefined;
  for (const [, name = ''] of options.matchAll(/(?:-c\s*|--)([a-z0-9_.-]+)=/gi)) {
    if (SESSION_SETTING_NAMES.has(name.replaceAll('-', '_').toLowerCase())) {
      problems.push(`sets ${name} in options=, which every session of ours sets itself`);
    }
  }
  return options;
}
