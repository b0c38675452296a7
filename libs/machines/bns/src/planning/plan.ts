import type { TransactionOutput } from '@virtualchain/bitcoin';
import type { BnsView } from '../queries/view.ts';
import type { Party } from './party.ts';
import { OperationRefused } from './refusal.ts';

/** What an operation is planned with: the projection at its tip, and who sends. */
export interface Planning extends BnsView {
  readonly sender: Party;
  /** Of the block that can hold it at the earliest. */
  readonly height: number;
  /** A recent consensus hash, deep enough to outlive a small reorganisation. */
  readonly consensusHash: string;
}

/** An operation before it is a transaction. */
export interface Plan {
  /** What it does, in words. */
  readonly summary: string;
  readonly opcode: number;
  /** What follows magic and opcode. */
  readonly payload: Uint8Array;
  /** Behind the operation, without the change. */
  readonly outputs: readonly TransactionOutput[];
  /** Where the rules want the change, if they do. */
  readonly changeIndex?: number;
  /** What is missing before it, in words. */
  readonly problems: readonly string[];
  /** What it is for: has to be accepted in the block after it, too. Not sent. */
  readonly next?: Plan;
}

/** The texts of the problems that there are. */
export function problemsOf(...problems: readonly (string | null)[]): readonly string[] {
  return problems.filter((problem) => problem !== null);
}

/** @throws OperationRefused: without this the operation cannot even be written. */
export function cannot(message: string): never {
  throw new OperationRefused(`${message}. Nothing was sent`);
}
