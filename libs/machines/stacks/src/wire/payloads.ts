import { concatBytes } from '@virtualchain/bitcoin';
import { type Rejected, rejected } from '@virtualchain/machine';
import { isEd25519Point } from './ed25519-point.ts';
import { numberAt, wholeAt, wholeBytes } from './integers.ts';

// What follows magic and opcode (spec §3), of each operation as it is read and, where somebody sends it, as it is written.

const tooShort = (length: number, least: number): Rejected =>
  rejected('payloadTooShort', `${length} bytes behind the opcode, ${least} at least are wanted`);
const tooLong = (length: number, most: number): Rejected =>
  rejected('payloadTooLong', `${length} bytes behind the opcode, at most ${most} are read`);

/** A key for the lottery of miners. */
export interface KeyPayload {
  /** A recent consensus hash of Stacks, 20 bytes. Nobody checks it. */
  readonly consensusHash: Uint8Array;
  /** 32 bytes, a point of ed25519. */
  readonly vrfPublicKey: Uint8Array;
  readonly memo: Uint8Array;
}

const keyBytes = 52;

export function readKey(data: Uint8Array): KeyPayload | Rejected {
  if (data.length < keyBytes) return tooShort(data.length, keyBytes);
  const vrfPublicKey = data.subarray(20, keyBytes);
  if (!isEd25519Point(vrfPublicKey))
    return rejected('badVrfKey', 'the 32 bytes of the VRF key are no point of ed25519');
  return { consensusHash: data.subarray(0, 20), vrfPublicKey, memo: data.subarray(keyBytes) };
}

/** As much of a memo as the original writes. */
const memoBytesWritten = 25;

/** The payload that registers a key; of the memo no more than the original writes. */
export const writeKey = ({ consensusHash, vrfPublicKey, memo }: KeyPayload): Uint8Array =>
  concatBytes(consensusHash, vrfPublicKey, memo.subarray(0, memoBytesWritten));

/** What a miner commits to. */
export interface CommitPayload {
  readonly blockHash: Uint8Array;
  readonly newSeed: Uint8Array;
  readonly parentBlock: number;
  readonly parentVtxindex: number;
  readonly keyBlock: number;
  readonly keyVtxindex: number;
  /** 0 to 4. */
  readonly burnParentModulus: number;
  /** Five bits: the marker of the epoch. */
  readonly memo: number;
}

const commitBytes = 77;

export function readCommit(data: Uint8Array): CommitPayload | Rejected {
  if (data.length < commitBytes) return tooShort(data.length, commitBytes);
  const last = data[76] as number;
  return {
    blockHash: data.subarray(0, 32),
    newSeed: data.subarray(32, 64),
    parentBlock: numberAt(data, 64, 4),
    parentVtxindex: numberAt(data, 68, 2),
    keyBlock: numberAt(data, 70, 4),
    keyVtxindex: numberAt(data, 74, 2),
    burnParentModulus: (last & 7) % 5,
    memo: last >> 3,
  };
}

/** The payload of a block commit. */
export const writeCommit = (commit: CommitPayload): Uint8Array =>
  concatBytes(
    commit.blockHash,
    commit.newSeed,
    wholeBytes(commit.parentBlock, 4),
    wholeBytes(commit.parentVtxindex, 2),
    wholeBytes(commit.keyBlock, 4),
    wholeBytes(commit.keyVtxindex, 2),
    Uint8Array.of((commit.memo << 3) | commit.burnParentModulus),
  );

/** STX to be locked. */
export interface StackPayload {
  /** Micro-STX, 128 bits without a sign, as all amounts. */
  readonly amount: bigint;
  readonly cycles: number;
  /** 33 bytes. */
  readonly signerKey: Uint8Array | null;
  readonly maxAmount: bigint | null;
  readonly authId: number | null;
}

const stackBytes = 17;

/** The three tails are there by length alone. */
export function readStack(data: Uint8Array): StackPayload | Rejected {
  if (data.length < stackBytes) return tooShort(data.length, stackBytes);
  return {
    amount: wholeAt(data, 0, 16),
    cycles: data[16] as number,
    signerKey: data.length >= 50 ? data.subarray(17, 50) : null,
    maxAmount: data.length >= 66 ? wholeAt(data, 50, 16) : null,
    authId: data.length >= 70 ? numberAt(data, 66, 4) : null,
  };
}

/** The payload that asks to lock STX. A tail that is missing ends it. */
export function writeStack({ amount, cycles, signerKey, maxAmount, authId }: StackPayload): Uint8Array {
  const tails = [
    signerKey,
    maxAmount === null ? null : wholeBytes(maxAmount, 16),
    authId === null ? null : wholeBytes(authId, 4),
  ];
  const missing = tails.indexOf(null);
  const there = (missing < 0 ? tails : tails.slice(0, missing)) as Uint8Array[];
  return concatBytes(wholeBytes(amount, 16), Uint8Array.of(cycles), ...there);
}

/** STX to be moved. */
export interface TransferPayload {
  readonly amount: bigint;
  readonly memo: Uint8Array;
}

const transferBytes = 16;
const transferBytesMost = 77;

export function readTransfer(data: Uint8Array): TransferPayload | Rejected {
  if (data.length < transferBytes) return tooShort(data.length, transferBytes);
  if (data.length > transferBytesMost) return tooLong(data.length, transferBytesMost);
  return { amount: wholeAt(data, 0, 16), memo: data.subarray(transferBytes) };
}

/** The payload that asks to move STX. */
export const writeTransfer = ({ amount, memo }: TransferPayload): Uint8Array =>
  concatBytes(wholeBytes(amount, 16), memo);

/** STX that somebody else may lock. */
export interface DelegatePayload {
  readonly amount: bigint;
  /** Which recipient is the reward address; null for none. */
  readonly rewardIndex: number | null;
  /** 64 bits. */
  readonly untilHeight: bigint | null;
}

const delegateBytes = 22;
const delegateBytesWithHeight = 30;

export function readDelegate(data: Uint8Array): DelegatePayload | Rejected {
  if (data.length < delegateBytes) return tooShort(data.length, delegateBytes);
  const [indexFlag = 0, heightFlag = 0] = [data[16], data[21]];
  if (indexFlag > 1) return rejected('badOptionFlag', `the flag of the reward address is ${indexFlag}, not 0 or 1`);
  if (heightFlag > 1) return rejected('badOptionFlag', `the flag of the last height is ${heightFlag}, not 0 or 1`);
  if (heightFlag === 1 && data.length < delegateBytesWithHeight) return tooShort(data.length, delegateBytesWithHeight);
  return {
    amount: wholeAt(data, 0, 16),
    rewardIndex: indexFlag === 1 ? numberAt(data, 17, 4) : null,
    untilHeight: heightFlag === 1 ? wholeAt(data, 22, 8) : null,
  };
}

/** The payload that asks to let somebody else lock STX. */
export const writeDelegate = ({ amount, rewardIndex, untilHeight }: DelegatePayload): Uint8Array =>
  concatBytes(
    wholeBytes(amount, 16),
    Uint8Array.of(rewardIndex === null ? 0 : 1),
    wholeBytes(rewardIndex ?? 0, 4),
    Uint8Array.of(untilHeight === null ? 0 : 1),
    untilHeight === null ? new Uint8Array(0) : wholeBytes(untilHeight, 8),
  );

/** A signer's vote. */
export interface VotePayload {
  readonly signerIndex: number;
  /** 33 bytes. */
  readonly aggregateKey: Uint8Array;
  readonly round: number;
  /** 64 bits. */
  readonly rewardCycle: bigint;
}

const voteBytes = 47;

export function readVote(data: Uint8Array): VotePayload | Rejected {
  if (data.length < voteBytes) return tooShort(data.length, voteBytes);
  if (data.length > voteBytes) return tooLong(data.length, voteBytes);
  return {
    signerIndex: numberAt(data, 0, 2),
    aggregateKey: data.subarray(2, 35),
    round: numberAt(data, 35, 4),
    rewardCycle: wholeAt(data, 39, 8),
  };
}

/** The payload of a signer's vote. */
export const writeVote = ({ signerIndex, aggregateKey, round, rewardCycle }: VotePayload): Uint8Array =>
  concatBytes(wholeBytes(signerIndex, 2), aggregateKey, wholeBytes(round, 4), wholeBytes(rewardCycle, 8));

/** Support of a miner by somebody else: a layout that is no longer accepted. */
export interface UserBurnPayload {
  /** 19 bytes. */
  readonly consensusHash: Uint8Array;
  readonly vrfPublicKey: Uint8Array;
  /** 20 bytes. */
  readonly blockHash: Uint8Array;
  readonly keyBlock: number;
  readonly keyVtxindex: number;
}

const userBurnBytes = 77;

export function readUserBurn(data: Uint8Array): UserBurnPayload | Rejected {
  if (data.length < userBurnBytes) return tooShort(data.length, userBurnBytes);
  return {
    consensusHash: data.subarray(0, 19),
    vrfPublicKey: data.subarray(19, 51),
    blockHash: data.subarray(51, 71),
    keyBlock: numberAt(data, 71, 4),
    keyVtxindex: numberAt(data, 75, 2),
  };
}
