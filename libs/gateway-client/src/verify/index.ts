export { AnswerNotProven, type ProofProblem } from './errors.ts';
export type { ProvenHeader, TrustedTop } from './headers.ts';
export type { Operation } from './transaction-of.ts';
export { type OperationQuestion, type ProvenOperation, verifyOperation } from './verify-operation.ts';
export { type TransitionsQuestion, verifyTransitions } from './verify-transitions.ts';
