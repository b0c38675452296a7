import { ExpectedError } from '@virtualchain/kernel';

/** Which part of an answer does not hold. */
export type ProofProblem =
  /** It is not of the form that answers have. */
  | 'ANSWER_MALFORMED'
  /** The operation is not what its transaction says, or it is another transaction than the one asked for. */
  | 'TRANSACTION_DIFFERS'
  /** The merkle path does not lead from the transaction to the header of its block. */
  | 'PATH_DOES_NOT_LEAD'
  /** The headers do not build on each other. */
  | 'HEADERS_DO_NOT_LINK'
  /** A header's hash is above the target that it names, or that above the limit of its network. */
  | 'NO_PROOF_OF_WORK'
  /** The headers do not come to the one that is trusted. */
  | 'TRUSTED_HEADER_NOT_REACHED'
  /** The headers took less work than is asked for. */
  | 'TOO_LITTLE_WORK'
  /** Hashes do not lead to the trusted consensus hash. */
  | 'CONSENSUS_HASH_MISMATCH'
  /** The transitions do not give the ops hash of their block. */
  | 'OPERATIONS_MISMATCH'
  /** The trusted block does not lead to the one that is asked about. */
  | 'UNREACHABLE';

/** What the gateway said is not what the trusted hash vouches for: nothing of it is to be believed. */
export class AnswerNotProven extends ExpectedError {
  override readonly name = 'AnswerNotProven';
  readonly code = 'ANSWER_NOT_PROVEN';
  readonly remedy = 'halt';
  /** Which part of it. */
  readonly problem: ProofProblem;

  constructor(problem: ProofProblem, detail: string) {
    super(`${problem}: ${detail}`);
    this.problem = problem;
  }
}
