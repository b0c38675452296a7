import { timingSafeEqual } from 'node:crypto';
import { type Db, inMigrated } from '@virtualchain/projection';
import { sql } from 'kysely';
import { noteChange } from '../audit.ts';
import { TokenRefused } from '../errors.ts';
import { TOKEN_NAME_CHARACTERS_MAX } from '../limits.ts';
import { type AccessDb, askOr, isoOf, isoOrNull, onAccess } from '../schema/access-db.ts';
import { ACCESS_TABLES } from '../schema/tables.ts';
import { hashOfToken, isToken, makeToken, SCOPES, type Scope } from './token.ts';

/** A token that is valid now, as whoever answers its holder knows it. */
export interface Holder {
  readonly id: number;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** How often its holder may ask in a minute; null where the gateway's own limit counts. */
  readonly requestsPerMinute: number | null;
}

/** A token as `vchain tokens list` shows it. Times are ISO 8601. */
export interface TokenRecord extends Holder {
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

/** What a token is made with. */
export interface TokenWish {
  /** Up to 64 of a-z, A-Z, 0-9, `.`, `_` and `-`. No other token has it, one that was revoked included: changes are logged under it. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly requestsPerMinute?: number | undefined;
  /** For ever when absent. */
  readonly expiresInDays?: number | undefined;
}

const NAME = new RegExp(`^[A-Za-z0-9._-]{1,${TOKEN_NAME_CHARACTERS_MAX}}$`);
const OPERATOR = 'operator';

/** The holder of a token; null for what is none, was revoked or has expired. @throws DatabaseUnavailable, DatabaseRefused */
export async function findHolder(db: Db, token: string): Promise<Holder | null> {
  if (!isToken(token)) return null;
  const hash = hashOfToken(token);
  const row = await askOr(db, undefined, (access) =>
    validTokens(access)
      .select(['id', 'name', 'scopes', 'requests_per_minute', 'hash'])
      .where('hash', '=', hash)
      .executeTakeFirst(),
  );
  if (row === undefined || !timingSafeEqual(hash, row.hash)) return null;
  return holderOf(row);
}

function validTokens(access: AccessDb) {
  return access
    .selectFrom('tokens')
    .where('revoked_at', 'is', null)
    .where((when) => when.or([when('expires_at', 'is', null), when('expires_at', '>', sql<string>`now()`)]));
}

/** All tokens by name, those that are not valid any more included. @throws DatabaseUnavailable, DatabaseRefused */
export async function listTokens(db: Db): Promise<readonly TokenRecord[]> {
  const rows = await askOr(db, [], (access) => access.selectFrom('tokens').selectAll().orderBy('name').execute());
  return rows.map((row) => ({
    ...holderOf(row),
    createdAt: isoOf(row.created_at),
    expiresAt: isoOrNull(row.expires_at),
    revokedAt: isoOrNull(row.revoked_at),
  }));
}

/** Makes a token. @returns the token itself, which nothing can show again. @throws TokenRefused, DatabaseUnavailable, DatabaseRefused */
export async function createToken(postgresUrl: string, wish: TokenWish): Promise<string> {
  const { name, scopes, requestsPerMinute = null, expiresInDays = null } = wish;
  if (!NAME.test(name))
    throw new TokenRefused(
      `a token cannot be called ${JSON.stringify(name)}: give up to ${TOKEN_NAME_CHARACTERS_MAX} of a-z, A-Z, 0-9, ., _ and -`,
    );
  if (scopes.length === 0)
    throw new TokenRefused(`a token without a scope lets nobody in: give some of ${SCOPES.join(', ')}`);
  const token = makeToken();
  return inMigrated(postgresUrl, ACCESS_TABLES, async (within) => {
    const access = onAccess(within);
    const made = await access
      .insertInto('tokens')
      .values({
        name,
        hash: hashOfToken(token),
        scopes: [...scopes],
        requests_per_minute: requestsPerMinute,
        expires_at: expiresInDays === null ? null : sql<string>`now() + make_interval(days => ${expiresInDays})`,
        revoked_at: null,
      })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .executeTakeFirst();
    if (made.numInsertedOrUpdatedRows !== 1n)
      throw new TokenRefused(
        `there is or was a token ${JSON.stringify(name)}: changes are logged by it, give another name`,
      );
    await noteChange(access, {
      actor: OPERATOR,
      action: 'token.created',
      subject: name,
      detail: { scopes, requestsPerMinute, expiresInDays },
    });
    return token;
  });
}

/** Ends a token; its webhooks are not delivered to any more. @throws TokenRefused, DatabaseUnavailable, DatabaseRefused */
export function revokeToken(postgresUrl: string, name: string): Promise<void> {
  return changeToken(postgresUrl, name, async (access) => {
    await access.updateTable('tokens').set({ revoked_at: sql<string>`now()` }).where('name', '=', name).execute();
    await noteChange(access, { actor: OPERATOR, action: 'token.revoked', subject: name });
  });
}

/**
 * Gives a new token to who holds one of that name, with its scopes and webhooks; the one before ends at once.
 *
 * @returns the token itself. @throws TokenRefused, DatabaseUnavailable, DatabaseRefused
 */
export function rotateToken(postgresUrl: string, name: string): Promise<string> {
  const token = makeToken();
  return changeToken(postgresUrl, name, async (access) => {
    await access
      .updateTable('tokens')
      .set({ hash: hashOfToken(token) })
      .where('name', '=', name)
      .execute();
    await noteChange(access, { actor: OPERATOR, action: 'token.rotated', subject: name });
    return token;
  });
}

function changeToken<Result>(
  postgresUrl: string,
  name: string,
  work: (access: AccessDb) => Promise<Result>,
): Promise<Result> {
  return inMigrated(postgresUrl, ACCESS_TABLES, async (within) => {
    const access = onAccess(within);
    const found = await access
      .selectFrom('tokens')
      .select('revoked_at')
      .where('name', '=', name)
      .forUpdate()
      .executeTakeFirst();
    if (found === undefined)
      throw new TokenRefused(
        `there is no token ${JSON.stringify(name)}: vchain tokens list shows those that there are`,
      );
    if (found.revoked_at !== null)
      throw new TokenRefused(`the token ${JSON.stringify(name)} was revoked already: make another one`);
    return work(access);
  });
}

function holderOf(row: {
  readonly id: number;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly requests_per_minute: number | null;
}): Holder {
  const { id, name, requests_per_minute: requestsPerMinute } = row;
  return { id, name, requestsPerMinute, scopes: SCOPES.filter((scope) => row.scopes.includes(scope)) };
}
