import type { Rejected } from '@virtualchain/machine';
import type { StacksAddress } from '../address/c32.ts';
import type { Recipient } from '../address/recipient.ts';
import type { StacksNetwork } from '../network/network.ts';
import type { Recognised } from '../transaction/recognise.ts';
import type {
  CommitPayload,
  DelegatePayload,
  KeyPayload,
  StackPayload,
  TransferPayload,
  VotePayload,
} from '../wire/payloads.ts';

/** What a parser sees beside the transaction. */
export interface Place {
  readonly network: StacksNetwork;
  readonly height: number;
}

/** Payload and recipients of one operation, or why they make none. Total; nothing but the transaction is looked at. */
export type Parser<Body> = (transaction: Recognised, place: Place) => Body | Rejected;

/** A key is registered. */
export interface KeyRegister extends KeyPayload {
  readonly kind: 'leader_key_register';
}

/** A miner commits to a block. */
export interface BlockCommit extends CommitPayload {
  readonly kind: 'leader_block_commit';
  /** What it pays or burns to: one or two, by the phase. */
  readonly outputs: readonly Recipient[];
  /** Satoshis that count. */
  readonly burn: bigint;
  /** Satoshis of the output with the payload; 0 from the waterfall on. */
  readonly sunsetBurn: bigint;
  /** The output behind them: whose commit it is, as far as anybody can say. */
  readonly change: Recipient | null;
  readonly spent: Outpoint;
}

/** An output that is spent. */
export interface Outpoint {
  readonly txid: string;
  readonly index: number;
}

/** Names who will act, by an output that only they can spend. */
export interface PreStx {
  readonly kind: 'pre_stx';
  readonly sender: StacksAddress;
}

/** Asks for STX to be locked. */
export interface StackStx extends StackPayload {
  readonly kind: 'stack_stx';
  readonly rewardTo: Recipient;
}

/** Asks for STX to be moved. */
export interface TransferStx extends TransferPayload {
  readonly kind: 'transfer_stx';
  readonly recipient: StacksAddress;
}

/** Lets somebody else lock STX. */
export interface DelegateStx extends DelegatePayload {
  readonly kind: 'delegate_stx';
  readonly delegateTo: StacksAddress;
  readonly rewardTo: Recipient | null;
}

/** A vote for a key of all signers. */
export interface VoteForAggregateKey extends VotePayload {
  readonly kind: 'vote_for_aggregate_key';
  /** 33 bytes: that of input 0. */
  readonly signerKey: Uint8Array;
}

/** An operation that somebody named by a PreStx asks for. */
export type StxOperation = StackStx | TransferStx | DelegateStx | VoteForAggregateKey;

/** Any operation that parses. */
export type Operation = KeyRegister | BlockCommit | PreStx | StxOperation;
