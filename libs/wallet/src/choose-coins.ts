import { selectUTXO } from '@scure/btc-signer';
import type { TransactionOutput } from '@virtualchain/bitcoin';
import type { Account } from './account.ts';
import type { Coin } from './coins.ts';
import type { FeeRate } from './fee-rate.ts';

/** Selection counts whole satoshis per byte, a rate has thousandths: it is shown everything a thousand times as large. */
const SCALE = 1_000n;
/** Satoshis per byte that nodes ask for before they call an output dust. */
const DUST_RATE = 3n;

export interface Choice {
  readonly spent: readonly Coin[];
  /** Satoshis over outputs and fee, the fee of an output for them taken off; 0 when that would be dust. */
  readonly left: bigint;
}

/** Coins for the outputs and the fee; null when they do not suffice. Those not mined yet are taken only where they must be. */
export function chooseCoins(
  account: Account,
  coins: readonly Coin[],
  outputs: readonly TransactionOutput[],
  feeRate: FeeRate,
): Choice | null {
  const mined = coins.filter(({ isMined }) => isMined);
  const choice = choose(account, mined, outputs, feeRate);
  return choice === null && mined.length < coins.length ? choose(account, coins, outputs, feeRate) : choice;
}

function choose(
  account: Account,
  coins: readonly Coin[],
  outputs: readonly TransactionOutput[],
  feeRate: FeeRate,
): Choice | null {
  const selected = selectUTXO(
    coins.map(({ txid, index, value, script }) => ({
      txid,
      index,
      witnessUtxo: { amount: value * SCALE, script },
      ...account.shape,
    })),
    outputs.map(({ value, script }) => ({ amount: value * SCALE, script })),
    'default',
    {
      feePerByte: feeRate,
      dustRelayFeeRate: DUST_RATE * SCALE,
      changeAddress: account.address,
      network: signerNetwork(account),
      bip69: false,
      allowUnknownOutputs: true,
      allowLegacyWitnessUtxo: true,
    },
  );
  if (selected === undefined) return null;
  const spent = selected.inputs.map((input) => {
    const coin = coins.find(
      ({ txid, index }) => index === input.index && txid === Buffer.from(input.txid ?? []).toString('hex'),
    );
    if (coin === undefined) throw new TypeError('coin selection chose a coin that was not offered');
    return coin;
  });
  const hasChange = selected.outputs.length > outputs.length;
  const left = hasChange ? (selected.outputs.at(-1) as { readonly amount: bigint }).amount / SCALE : 0n;
  return { spent, left };
}

/** What the addresses of a network begin with, as coin selection wants it. */
function signerNetwork({ network }: Account) {
  if (network === 'mainnet') return { bech32: 'bc', pubKeyHash: 0x00, scriptHash: 0x05, wif: 0x80 };
  return { bech32: network === 'regtest' ? 'bcrt' : 'tb', pubKeyHash: 0x6f, scriptHash: 0xc4, wif: 0xef };
}
