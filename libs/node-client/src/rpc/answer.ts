import { type BlockHash, type Height, hexToBytes, isHexBytes, type Sats, satsOfBtc } from '@virtualchain/bitcoin';
import { NodeReplyInvalid } from '../errors.ts';

/** Reads what one call of one node answered; whatever has another shape than the call has is a typed error. */
export interface Answer {
  object(value: unknown): Readonly<Record<string, unknown>>;
  array(value: unknown): readonly unknown[];
  text(value: unknown): string;
  height(value: unknown): Height;
  hash(value: unknown): BlockHash;
  bytes(value: unknown): Uint8Array;
  /** As `bytes`, and none are bytes too. */
  script(value: unknown): Uint8Array;
  /** An amount in bitcoins. */
  sats(value: unknown): Sats;
}

const HASH = /^[0-9a-f]{64}$/;

export function answerOf(node: string, method: string): Answer {
  const refuse = (wanted: string, value: unknown): never => {
    throw new NodeReplyInvalid(
      node,
      `${method}: ${wanted} expected, not ${String(JSON.stringify(value)).slice(0, 80)}`,
    );
  };
  return {
    object: (value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? (value as Readonly<Record<string, unknown>>)
        : refuse('an object', value),
    array: (value) => (Array.isArray(value) ? (value as readonly unknown[]) : refuse('an array', value)),
    text: (value) => (typeof value === 'string' ? value : refuse('text', value)),
    height: (value) =>
      Number.isSafeInteger(value) && (value as number) >= 0 ? (value as Height) : refuse('a height', value),
    hash: (value) => (typeof value === 'string' && HASH.test(value) ? (value as BlockHash) : refuse('a hash', value)),
    bytes: (value) => {
      const hex = typeof value === 'string' ? value.toLowerCase() : '';
      return hex !== '' && isHexBytes(hex) ? hexToBytes(hex) : refuse('bytes as hex', value);
    },
    script: (value) =>
      typeof value === 'string' && isHexBytes(value) ? hexToBytes(value) : refuse('a script as hex', value),
    sats: (value) => (satsOfBtc(String(value)) as Sats | null) ?? refuse('an amount', value),
  };
}
