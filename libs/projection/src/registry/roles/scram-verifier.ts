import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { SCRAM_ROUNDS, SCRAM_SALT_BYTES } from '../../limits.ts';

/**
 * What Postgres keeps of a password (RFC 5803), so that no statement and no log of the server has the password itself. Made of
 * printable ASCII, which every client prepares in the same way.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(SCRAM_SALT_BYTES)): string {
  const salted = pbkdf2Sync(password, salt, SCRAM_ROUNDS, 32, 'sha256');
  const keyed = (text: string) => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(keyed('Client Key')).digest();
  const [shown, stored, server] = [salt, storedKey, keyed('Server Key')].map((bytes) => bytes.toString('base64'));
  return `SCRAM-SHA-256$${SCRAM_ROUNDS}:${shown}$${stored}:${server}`;
}
