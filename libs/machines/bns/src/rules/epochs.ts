/** The rules of one stretch of heights: spec §3 as data. */
export interface Epoch {
  readonly number: number;
  readonly lifetimeMultiplier: number;
  /** Names have a grace period after their lifetime. How long is a parameter. */
  readonly hasGrace: boolean;
  /** A name may be registered to a p2sh script, and transferred by one. All else takes p2sh from the first block on. */
  readonly hasMultisig: boolean;
  /** A registration or renewal may carry a value hash, and a renewal a new owner. */
  readonly takesValueHash: boolean;
  /** What BTC prices of names are multiplied with: a float of the original, or a whole divisor. */
  readonly namePrices: { readonly kind: 'float'; readonly factor: number } | { readonly kind: 'integer' };
  /** Namespaces are paid for in satoshis, divided by this, or in micro-Stacks. */
  readonly namespacePrices: { readonly unit: 'BTC'; readonly divisor: bigint } | { readonly unit: 'STACKS' };
  /** The highest namespace version that can be revealed. */
  readonly namespaceVersionMax: number;
  /** Names and namespaces can be paid in tokens, tokens can be sent, a preorder expires. */
  readonly hasTokens: boolean;
  /** A token transfer may carry an all-zero consensus hash. */
  readonly takesZeroConsensusHash: boolean;
}

const first: Epoch = {
  number: 1,
  lifetimeMultiplier: 1,
  hasGrace: false,
  hasMultisig: false,
  takesValueHash: false,
  namePrices: { kind: 'float', factor: 1 },
  namespacePrices: { unit: 'BTC', divisor: 1n },
  namespaceVersionMax: 1,
  hasTokens: false,
  takesZeroConsensusHash: false,
};
const second: Epoch = { ...first, number: 2, lifetimeMultiplier: 2, hasMultisig: true };
const third: Epoch = {
  ...second,
  number: 3,
  hasGrace: true,
  takesValueHash: true,
  namePrices: { kind: 'float', factor: 0.1 },
  namespacePrices: { unit: 'BTC', divisor: 10n },
  namespaceVersionMax: 2,
};
const fourth: Epoch = {
  ...third,
  number: 4,
  namePrices: { kind: 'integer' },
  namespacePrices: { unit: 'STACKS' },
  namespaceVersionMax: 3,
  hasTokens: true,
};
const fifth: Epoch = { ...fourth, number: 5, takesZeroConsensusHash: true };
const sixth: Epoch = { ...fifth, number: 6 };

/** In order; each begins behind the last block of the one before. */
export const EPOCHS = [first, second, third, fourth, fifth, sixth] as const;

/** The rules that last, and that subscribers' codecs read payloads by. */
export const FINAL_EPOCH: Epoch = sixth;

/** Last blocks of the epochs 1 to 5 on the main network. */
export const EPOCH_ENDS_MAINNET: readonly number[] = [436_650, 488_500, 547_921, 599_866, 613_249];

/** The epoch of a height. `ends` are the last blocks of the epochs but the last. */
export function epochAt(height: number, ends: readonly number[]): Epoch {
  let index = 0;
  while (index < ends.length && height > (ends[index] as number)) index += 1;
  return EPOCHS[index] ?? FINAL_EPOCH;
}
