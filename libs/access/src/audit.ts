import type { Db } from '@virtualchain/projection';
import { AUDIT_LINES_MAX } from './limits.ts';
import { type AccessDb, askOr, isoOf } from './schema/access-db.ts';

/** What was done, as the log of changes calls it. */
export type AuditAction =
  | 'token.created'
  | 'token.revoked'
  | 'token.rotated'
  | 'webhook.registered'
  | 'webhook.paused'
  | 'webhook.resumed'
  | 'webhook.redelivered'
  | 'webhook.secret-rotated'
  | 'webhook.deleted';

/** A change, before it is written down. */
export interface Change {
  /** The name of the token that it was done with; `operator` for the command line. */
  readonly actor: string;
  readonly action: AuditAction;
  /** The name of a token, or the id of a webhook. */
  readonly subject: string;
  /** What else there is to say; never a secret. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** One line of the log of changes. */
export interface AuditLine {
  /** ISO 8601. */
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: unknown;
}

/** Writes a change down, in the transaction that makes it. */
export async function noteChange(access: AccessDb, { actor, action, subject, detail = {} }: Change): Promise<void> {
  await access
    .insertInto('audit')
    .values({ actor, action, subject, detail: JSON.stringify(detail) })
    .execute();
}

/** The newest changes, newest first, at most 1,000. @throws DatabaseUnavailable, DatabaseRefused */
export async function readAudit(db: Db, limit: number): Promise<readonly AuditLine[]> {
  const lines = await askOr(db, [], (access) =>
    access
      .selectFrom('audit')
      .select(['at', 'actor', 'action', 'subject', 'detail'])
      .orderBy('id', 'desc')
      .limit(Math.min(limit, AUDIT_LINES_MAX))
      .execute(),
  );
  return lines.map((line) => ({ ...line, at: isoOf(line.at) }));
}
