import { LegacyFloat } from '@virtualchain/machine';
import type { NamespaceRow } from '../collections.ts';
import { type Epoch, FINAL_EPOCH } from './epochs.ts';

/** The price function of a namespace, as it was revealed. */
export type PriceFunction = Pick<
  NamespaceRow,
  'version' | 'coeff' | 'base' | 'buckets' | 'nonalpha_discount' | 'no_vowel_discount'
>;

/** Satoshis of the smallest price, before the divisor. */
const satoshiUnit = 100n;
/** Micro-Stacks of the same. */
const microStacksUnit = 1733n;
const namePriceDivisor = 10n;
const microStacksPerSatoshi = { numerator: 650n, denominator: 15n };

/** Floors after every step, as the original did from epoch 4 on (spec §5). */
function integerPrice(label: string, prices: PriceFunction, unit: bigint, divisor: bigint): bigint {
  const undiscounted = BigInt(prices.coeff) * BigInt(prices.base) ** BigInt(exponentOf(label, prices)) * unit;
  const price = undiscounted / BigInt(discountOf(label, prices));
  return (price > unit ? price : unit) / divisor;
}

/** What a name of a namespace of version 1 or 2 costs in satoshis: a float before epoch 4. */
export function satoshiPrice(label: string, prices: PriceFunction, epoch: Epoch): bigint | LegacyFloat {
  if (epoch.namePrices.kind === 'integer') return integerPrice(label, prices, satoshiUnit, namePriceDivisor);
  const undiscounted = Number(BigInt(prices.coeff) * BigInt(prices.base) ** BigInt(exponentOf(label, prices)));
  const price = (undiscounted / discountOf(label, prices)) * Number(satoshiUnit);
  return new LegacyFloat(Math.max(price, Number(satoshiUnit)) * epoch.namePrices.factor);
}

/** What a name costs in micro-Stacks: its own price in a namespace of version 3, else at the fixed rate. */
export function microStacksPrice(label: string, prices: PriceFunction): bigint {
  if (prices.version === 3) return integerPrice(label, prices, microStacksUnit, 1n);
  const satoshis = integerPrice(label, prices, satoshiUnit, namePriceDivisor);
  return (satoshis * microStacksPerSatoshi.numerator) / microStacksPerSatoshi.denominator;
}

export function isCovered(price: bigint | LegacyFloat, paid: bigint): boolean {
  return price instanceof LegacyFloat ? Number(paid) >= price.value : paid >= price;
}

/** The price of a namespace, by the length of its name and the epoch. */
export interface NamespacePrice {
  /** Satoshis, or micro-Stacks. */
  readonly unit: 'BTC' | 'STACKS';
  readonly amount: bigint;
}

/** By length of the identifier: the longest length of a row, satoshis in epochs 1 and 2, micro-Stacks. */
const NAMESPACE_PRICES = [
  { charactersMax: 1, satoshis: 40_000_000_000n, microStacks: 640_000_000_000n },
  { charactersMax: 3, satoshis: 4_000_000_000n, microStacks: 64_000_000_000n },
  { charactersMax: 7, satoshis: 400_000_000n, microStacks: 6_400_000_000n },
  { charactersMax: 19, satoshis: 40_000_000n, microStacks: 640_000_000n },
] as const;

/** Null for a length that no namespace has. */
export function namespacePrice(id: string, epoch: Epoch = FINAL_EPOCH): NamespacePrice | null {
  const row = NAMESPACE_PRICES.find(({ charactersMax }) => id.length <= charactersMax);
  if (row === undefined || id.length === 0) return null;
  const { namespacePrices: paidIn } = epoch;
  return paidIn.unit === 'STACKS'
    ? { unit: 'STACKS', amount: row.microStacks }
    : { unit: 'BTC', amount: row.satoshis / paidIn.divisor };
}

function exponentOf(label: string, { buckets }: PriceFunction): number {
  return buckets[Math.min(label.length, 16) - 1] ?? 0;
}

/** The larger of the two, never their product. */
function discountOf(label: string, { nonalpha_discount, no_vowel_discount }: PriceFunction): number {
  const nonAlpha = /[0-9\-_]/.test(label) ? nonalpha_discount : 1;
  const noVowel = /[aeiouy]/.test(label) ? 1 : no_vowel_discount;
  return Math.max(1, nonAlpha, noVowel);
}
