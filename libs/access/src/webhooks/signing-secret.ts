import { randomBytes } from 'node:crypto';
import { SIGNING_SECRET_BYTES } from '../limits.ts';

const PREFIX = 'whsec_';

/** A new signing secret: what deliveries are signed with, and the receiver checks them by. */
export function makeSecret(): Buffer {
  return randomBytes(SIGNING_SECRET_BYTES);
}

/** A signing secret as its owner is shown it, once: as Standard Webhooks writes it. */
export function secretText(secret: Uint8Array): string {
  return `${PREFIX}${Buffer.from(secret).toString('base64')}`;
}
