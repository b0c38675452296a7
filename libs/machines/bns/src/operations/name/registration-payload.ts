import { concatBytes, hexToBytes } from '@virtualchain/bitcoin';
import type { Ignored } from '@virtualchain/machine';
import type { Epoch } from '../../rules/epochs.ts';
import {
  amountAt,
  amountPayload,
  hexAt,
  isIgnored,
  nameAt,
  namePayload,
  paddedName,
  wrongLength,
} from '../../wire/payload.ts';

/**
 * What registrations and renewals share, behind `:`. The name alone; or the name padded with NUL to 37 and a value hash
 * 20; or those and micro-Stacks 8. A name that is padded without a hash is no name.
 */
export interface RegistrationPayload {
  readonly name: string;
  /** Null when the payload has none. Twenty zero bytes are a hash like any other. */
  readonly valueHash: string | null;
  /** Null when the payload has no such field. */
  readonly tokens: bigint | null;
}

const withHash = 57;
const withTokens = 65;

export function decodeRegistration(payload: Uint8Array, epoch: Epoch): RegistrationPayload | Ignored {
  if (payload.length < withHash || !epoch.takesValueHash) {
    const name = nameAt(payload, 'unpadded');
    return isIgnored(name) ? name : { name, valueHash: null, tokens: null };
  }
  const hasTokens = payload.length === withTokens && epoch.hasTokens;
  if (payload.length !== withHash && !hasTokens)
    return wrongLength(payload, `a name with a value hash has ${withHash}, or ${withTokens} with tokens`);
  const name = nameAt(payload.subarray(0, 37), 'padded');
  if (isIgnored(name)) return name;
  return { name, valueHash: hexAt(payload, 37, 20), tokens: hasTokens ? amountAt(payload, withHash) : null };
}

/**
 * The payload of a NAME_REGISTRATION or NAME_RENEWAL: the name, padded where a value hash or tokens follow. What
 * follows magic and opcode.
 */
export function registrationPayload({ name, valueHash, tokens }: RegistrationPayload): Uint8Array {
  if (valueHash === null) return namePayload(name);
  const hashed = concatBytes(paddedName(name), hexToBytes(valueHash));
  return tokens === null ? hashed : concatBytes(hashed, amountPayload(tokens));
}
