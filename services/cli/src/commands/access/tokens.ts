import {
  createToken,
  listTokens,
  openAccess,
  readAudit,
  revokeToken,
  rotateToken,
  SCOPES,
  type Scope,
  type TokenRecord,
} from '@virtualchain/access';
import { readConfig } from '@virtualchain/process';
import { type Connection, need } from '../../connection.ts';
import { print, printError, table } from '../../output.ts';
import { QueryInvalid, wholeNumber } from '../../values.ts';
import { ACCESS_PLACE } from './access-place.ts';

interface Json {
  readonly json: boolean;
}

/** What a token is made with, as it was typed. */
export interface TokenOptions {
  readonly scopes: string;
  readonly expiresInDays?: string;
  readonly requestsPerMinute?: string;
}

const DAYS_MAX = 36_500;
const REQUESTS_MAX = 1_000_000_000;

/** `vchain tokens create`: makes a token, and shows it this once. */
export async function tokensCreate(connection: Connection, name: string, options: TokenOptions & Json): Promise<void> {
  const { expiresInDays, requestsPerMinute } = options;
  const wish = {
    name,
    scopes: scopesOf(options.scopes),
    expiresInDays: countOf('--expires-in-days', expiresInDays, DAYS_MAX),
    requestsPerMinute: countOf('--requests-per-minute', requestsPerMinute, REQUESTS_MAX),
  };
  show(name, await createToken(placeOf(connection), wish), options);
}

/** `vchain tokens rotate`: another token for who holds one of that name. */
export async function tokensRotate(connection: Connection, name: string, options: Json): Promise<void> {
  show(name, await rotateToken(placeOf(connection), name), options);
}

/** `vchain tokens revoke` */
export async function tokensRevoke(connection: Connection, name: string, { json }: Json): Promise<void> {
  await revokeToken(placeOf(connection), name);
  print(json ? JSON.stringify({ name, revoked: true }) : `${name} is revoked: gateways refuse it within seconds`);
}

/** `vchain tokens list` */
export async function tokensList(connection: Connection, { json }: Json): Promise<void> {
  await using access = openAccess(placeOf(connection));
  const tokens = await listTokens(access.db);
  if (json) print(JSON.stringify({ tokens: tokens.map(({ id, ...told }) => told) }));
  else if (tokens.length === 0) print('there is no token: vchain tokens create makes one');
  else print(table(['name', 'scopes', 'a minute', 'created', 'expires', 'state'], tokens.map(rowOf)));
}

/** `vchain tokens audit`: who changed what, newest first. */
export async function tokensAudit(
  connection: Connection,
  { limit, json }: Json & { readonly limit: string },
): Promise<void> {
  await using access = openAccess(placeOf(connection));
  const lines = await readAudit(access.db, wholeNumber('--limit', limit, { min: 1, max: 1_000 }));
  if (json) print(JSON.stringify({ changes: lines }));
  else if (lines.length === 0) print('nothing was changed yet');
  else
    print(
      table(
        ['at', 'who', 'what', 'of', 'detail'],
        lines.map(({ at, actor, action, subject, detail }) => [at, actor, action, subject, JSON.stringify(detail)]),
      ),
    );
}

function placeOf(connection: Connection): string {
  const { accessPostgresUrl } = readConfig(ACCESS_PLACE, process.env);
  return accessPostgresUrl ?? need(connection, 'postgresUrl');
}

/** The token alone on standard output, so that it can be put into a file. */
function show(name: string, token: string, { json }: Json): void {
  print(json ? JSON.stringify({ name, token }) : token);
  if (!json) printError('this is the token: nothing can show it again');
}

/** @throws QueryInvalid */
function scopesOf(text: string): readonly Scope[] {
  const named = text.split(',').map((one) => one.trim());
  const unknown = named.find((one) => !(SCOPES as readonly string[]).includes(one));
  if (unknown !== undefined)
    throw new QueryInvalid(
      `--scopes: ${JSON.stringify(unknown)} is none; give some of ${SCOPES.join(',')}, separated by commas`,
    );
  return SCOPES.filter((scope) => named.includes(scope));
}

function countOf(flag: string, text: string | undefined, max: number): number | undefined {
  return text === undefined ? undefined : wholeNumber(flag, text, { min: 1, max });
}

function rowOf({
  name,
  scopes,
  requestsPerMinute,
  createdAt,
  expiresAt,
  revokedAt,
}: TokenRecord): readonly (string | number)[] {
  const isOver = expiresAt !== null && Date.parse(expiresAt) <= Date.now();
  const state = revokedAt !== null ? 'revoked' : isOver ? 'expired' : 'valid';
  return [name, scopes.join(','), requestsPerMinute ?? '-', createdAt, expiresAt ?? '-', state];
}
