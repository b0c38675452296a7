import { hexToBytes, isHexBytes } from '@virtualchain/bitcoin';
import type { Encoded } from '@virtualchain/protocol';
import type { OperationKind } from './opcodes.ts';
import { writeCommit, writeDelegate, writeKey, writeStack, writeTransfer, writeVote } from './payloads.ts';

/** How an operation is written, from the words that a person types, and what those are called. */
export interface Wording {
  readonly usage: string;
  /** Null for words that say nothing. */
  write(words: readonly string[]): Uint8Array | null;
}

/** Reads words one after another; anything that does not read makes all of them say nothing. */
class Words {
  readonly #words: readonly string[];
  #next = 0;
  isGood = true;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  get isAtEnd(): boolean {
    return this.#next === this.#words.length;
  }

  /** A whole number that so many bytes have room for. */
  number(bytes: number): bigint {
    const word = this.#words[this.#next++] ?? '';
    const value = /^[0-9]{1,39}$/.test(word) ? BigInt(word) : null;
    if (value !== null && value < 1n << BigInt(8 * bytes)) return value;
    this.isGood = false;
    return 0n;
  }

  small(bytes: number): number {
    return Number(this.number(bytes));
  }

  /** Bytes as hex: exactly so many, or any number. */
  bytes(count?: number): Uint8Array {
    const word = this.#words[this.#next++] ?? '';
    if (isHexBytes(word) && (count === undefined || word.length === 2 * count)) return hexToBytes(word);
    this.isGood = false;
    return new Uint8Array(count ?? 0);
  }

  /** What is there where something is, unless that is a dash; null else. */
  optional<Value>(read: () => Value): Value | null {
    if (this.isAtEnd) return null;
    if (this.#words[this.#next] !== '-') return read();
    this.#next += 1;
    return null;
  }
}

const wording = (usage: string, write: (words: Words) => Uint8Array): Wording => ({
  usage,
  write(words) {
    const read = new Words(words);
    const payload = write(read);
    return read.isGood && read.isAtEnd ? payload : null;
  },
});

const memoBytesMost = 61;

export const WORDINGS: Readonly<Record<OperationKind, Wording>> = {
  leader_key_register: wording('CONSENSUS_HASH VRF_KEY [MEMO] (bytes as hex: 20, 32, any)', (words) => {
    return writeKey({
      consensusHash: words.bytes(20),
      vrfPublicKey: words.bytes(32),
      memo: words.optional(() => words.bytes()) ?? new Uint8Array(0),
    });
  }),
  leader_block_commit: wording(
    'BLOCK_HASH SEED PARENT_BLOCK PARENT_VTXINDEX KEY_BLOCK KEY_VTXINDEX MODULUS MEMO (hashes as hex; MODULUS 0 to 4, MEMO 0 to 31)',
    (words) => {
      const commit = {
        blockHash: words.bytes(32),
        newSeed: words.bytes(32),
        parentBlock: words.small(4),
        parentVtxindex: words.small(2),
        keyBlock: words.small(4),
        keyVtxindex: words.small(2),
        burnParentModulus: words.small(1),
        memo: words.small(1),
      };
      if (commit.burnParentModulus > 4 || commit.memo > 31) words.isGood = false;
      return writeCommit(commit);
    },
  ),
  pre_stx: wording('(nothing: the change, output 1, goes to the holder of the STX)', () => new Uint8Array(0)),
  stack_stx: wording('MICRO_STX CYCLES [SIGNER_KEY [MAX_MICRO_STX [AUTH_ID]]] (the key as hex)', (words) => {
    return writeStack({
      amount: words.number(16),
      cycles: words.small(1),
      signerKey: words.optional(() => words.bytes(33)),
      maxAmount: words.optional(() => words.number(16)),
      authId: words.optional(() => words.small(4)),
    });
  }),
  transfer_stx: wording('MICRO_STX [MEMO] (the memo as hex, up to 61 bytes)', (words) => {
    const amount = words.number(16);
    const memo = words.optional(() => words.bytes()) ?? new Uint8Array(0);
    if (memo.length > memoBytesMost) words.isGood = false;
    return writeTransfer({ amount, memo });
  }),
  delegate_stx: wording(
    'MICRO_STX [REWARD_INDEX|- [UNTIL_HEIGHT]] (which output behind the first is the reward address)',
    (words) => {
      return writeDelegate({
        amount: words.number(16),
        rewardIndex: words.optional(() => words.small(4)),
        untilHeight: words.optional(() => words.number(8)),
      });
    },
  ),
  vote_for_aggregate_key: wording('SIGNER_INDEX AGGREGATE_KEY ROUND REWARD_CYCLE (the key as hex)', (words) => {
    return writeVote({
      signerIndex: words.small(2),
      aggregateKey: words.bytes(33),
      round: words.small(4),
      rewardCycle: words.number(8),
    });
  }),
};

/** The payload of some words, or what they should have been. Total. */
export function encode(kind: OperationKind, words: readonly string[]): Encoded {
  const { usage, write } = WORDINGS[kind];
  const payload = write(words);
  return payload === null ? { kind: 'problem', problem: `takes ${usage}` } : { kind: 'payload', payload };
}
