import {
  concatBytes,
  doubleSha256,
  type Height,
  merkleTree,
  NULL_TXID,
  parseTransaction,
  sats,
  serializeTransaction,
  type Transaction,
  uint64Bytes,
} from '@virtualchain/bitcoin';
import { pushData } from './op-return.ts';

/** An output as callers write it: the amount need not be branded. */
export interface Output {
  readonly value: bigint;
  readonly script: Uint8Array;
}

export interface CoinbasePlan {
  /** The script that the subsidy goes to. */
  readonly payTo: Uint8Array;
  /** Behind the subsidy and the witness commitment, so that an OP_RETURN among them is the one that counts. */
  readonly extraOutputs?: readonly Output[];
  /** Tells blocks with the same parent, time and transactions apart. At most 64 bytes. */
  readonly extraNonce?: number | Uint8Array;
}

/** Blocks after which regtest pays half. */
export const halvingIntervalBlocks = 150;
/** Blocks before the outputs of a coinbase may be spent. */
export const coinbaseMaturityBlocks = 100;

const initialSubsidySats = 50n * 100_000_000n;
const witnessReserved = new Uint8Array(32);
const witnessCommitmentStart = Uint8Array.of(0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed);

/** What a block of regtest pays to its miner, fees aside. */
export function subsidyAt(height: number): bigint {
  return initialSubsidySats >> BigInt(Math.floor(height / halvingIntervalBlocks));
}

/**
 * The coinbase of a block: the height first (BIP34), subsidy less what the extra outputs take, and the commitment to the
 * witnesses of `transactions` (BIP141). Fees are left unclaimed.
 */
export function coinbaseTransaction(height: Height, plan: CoinbasePlan, transactions: readonly Transaction[]): Transaction {
  const { payTo, extraOutputs = [], extraNonce = 0 } = plan;
  const taken = extraOutputs.reduce((sum, { value }) => sum + value, 0n);
  const nonce = typeof extraNonce === 'number' ? uint64Bytes(BigInt(extraNonce)) : extraNonce;
  const outputs = [
    { value: subsidyAt(height) - taken, script: payTo },
    { value: 0n, script: witnessCommitment(transactions) },
    ...extraOutputs,
  ];
  const bytes = serializeTransaction({
    version: 2,
    inputs: [
      {
        txid: NULL_TXID,
        index: 0xffffffff,
        script: concatBytes(heightPush(height), pushData(nonce)),
        sequence: 0xffffffff,
        witness: [witnessReserved],
      },
    ],
    outputs: outputs.map(({ value, script }) => ({ value: sats(value), script })),
    locktime: 0,
  });
  return parseTransaction(bytes);
}

/** The leaf of the coinbase is 32 zeros, whatever its own bytes are. */
function witnessCommitment(transactions: readonly Transaction[]): Uint8Array {
  const hashes = transactions.map(({ bytes }) => doubleSha256(bytes));
  const root = merkleTree([new Uint8Array(32), ...hashes]).rows.at(-1)?.[0] as Uint8Array;
  return concatBytes(witnessCommitmentStart, doubleSha256(concatBytes(root, witnessReserved)));
}

/** The height as Core pushes it: OP_1 to OP_16, else a little-endian number whose top bit is its sign. */
function heightPush(height: Height): Uint8Array {
  if (height === 0) return Uint8Array.of(0);
  if (height <= 16) return Uint8Array.of(0x50 + height);
  const bytes: number[] = [];
  for (let rest: number = height; rest > 0; rest = Math.floor(rest / 256)) bytes.push(rest % 256);
  if ((bytes.at(-1) ?? 0) >= 0x80) bytes.push(0);
  return pushData(Uint8Array.from(bytes));
}
