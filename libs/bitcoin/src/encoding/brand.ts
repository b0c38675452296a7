import type { Brand } from '@virtualchain/kernel';

/** Distance of a block from the genesis block. */
export type Height = Brand<number, 'Height'>;
/** 64 lower-case hex digits in display order (byte-reversed double sha256 of the header). */
export type BlockHash = Brand<string, 'BlockHash'>;
/** 64 lower-case hex digits in display order (byte-reversed double sha256 of the stripped transaction). */
export type Txid = Brand<string, 'Txid'>;
/** Satoshis. A sum or a fee may be negative. */
export type Sats = Brand<bigint, 'Sats'>;
/** Satoshis as decimal text: JSON has no integers of this size. */
export type SatsText = Brand<string, 'SatsText'>;

const HASH = /^[0-9a-f]{64}$/;

/** @throws RangeError when `value` is not a whole number from 0 up. */
export function height(value: number): Height {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a block height: ${value}`);
  return value as Height;
}

/** @throws RangeError when `value` is not 64 lower-case hex digits. */
export function blockHash(value: string): BlockHash {
  if (!HASH.test(value)) throw new RangeError(`not a block hash (64 lower-case hex digits): ${value}`);
  return value as BlockHash;
}

/** @throws RangeError when `value` is not 64 lower-case hex digits. */
export function txid(value: string): Txid {
  if (!HASH.test(value)) throw new RangeError(`not a txid (64 lower-case hex digits): ${value}`);
  return value as Txid;
}

/** Takes satoshis for what they are; the range is not looked at. */
export function sats(value: bigint): Sats {
  return value as Sats;
}

/** The decimal text of satoshis, as JSON carries them. */
export function satsText(value: bigint): SatsText {
  return `${value}` as SatsText;
}

/** Satoshis of their decimal text. */
export function satsOfText(text: SatsText): Sats {
  return BigInt(text) as Sats;
}
