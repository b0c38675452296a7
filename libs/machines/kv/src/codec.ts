/** `+` claims a name, `=` sets its value, `>` hands it to another owner, `-` deletes it, `!` locks it for good. */
export const OPCODES = { claim: 0x2b, update: 0x3d, transfer: 0x3e, delete: 0x2d, lock: 0x21 } as const;

/** What a payload says: `name [":" rest]`, split at the first colon. */
export type KvPayload =
  | { readonly kind: 'claim' | 'delete' | 'lock'; readonly name: string }
  | { readonly kind: 'update'; readonly name: string; readonly value: Uint8Array }
  | { readonly kind: 'transfer'; readonly name: string; readonly recipientHash: Uint8Array };

/** A payload that does not read: a stable code, and a detail for people. */
export interface Malformed {
  readonly kind: 'malformed';
  readonly code: string;
  readonly detail: string;
}

const COLON = 0x3a;
const NAME_BYTES_MAX = 16;
const RECIPIENT_BYTES = 20;

/**
 * Reads a payload. Total: strangers write these bytes, so every input has an answer. A name outside `[a-z0-9]` is
 * refused, not cleaned up: otherwise one name would have two spellings.
 */
export function parsePayload(opcode: number, payload: Uint8Array): KvPayload | Malformed {
  const colon = payload.indexOf(COLON);
  const nameBytes = colon < 0 ? payload : payload.subarray(0, colon);
  const rest = colon < 0 ? null : payload.subarray(colon + 1);
  const name = readName(nameBytes);
  if (name === null) return malformed('NAME_MALFORMED', `a name is 1 to ${NAME_BYTES_MAX} of a-z and 0-9`);
  switch (opcode) {
    case OPCODES.claim:
    case OPCODES.delete:
    case OPCODES.lock: {
      if (rest !== null) return malformed('UNEXPECTED_COLON', 'this operation takes a name alone');
      if (opcode === OPCODES.claim) return { kind: 'claim', name };
      return opcode === OPCODES.delete ? { kind: 'delete', name } : { kind: 'lock', name };
    }
    case OPCODES.update:
      if (rest === null) return malformed('COLON_MISSING', 'an update is name:value');
      return { kind: 'update', name, value: rest };
    case OPCODES.transfer:
      if (rest === null) return malformed('COLON_MISSING', 'a transfer is name:hash160');
      if (rest.length !== RECIPIENT_BYTES)
        return malformed('RECIPIENT_LENGTH', `${rest.length} bytes where a hash160 has ${RECIPIENT_BYTES}`);
      return { kind: 'transfer', name, recipientHash: rest };
    default:
      return malformed('OPCODE_UNKNOWN', `0x${opcode.toString(16).padStart(2, '0')} is none of + = > - !`);
  }
}

function readName(bytes: Uint8Array): string | null {
  if (bytes.length === 0 || bytes.length > NAME_BYTES_MAX) return null;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    const isDigit = byte >= 0x30 && byte <= 0x39;
    const isLetter = byte >= 0x61 && byte <= 0x7a;
    if (!isDigit && !isLetter) return null;
  }
  return String.fromCharCode.apply(null, bytes as unknown as number[]);
}

function malformed(code: string, detail: string): Malformed {
  return { kind: 'malformed', code, detail };
}
