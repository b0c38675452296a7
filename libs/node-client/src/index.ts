export type { Branch, BranchBlock } from './branch.ts';
export { checkNode, type NodeReadiness, type NodeRequirements } from './check-node.ts';
export {
  CheckpointMismatch,
  NodeBusy,
  NodeCredentialsTwice,
  NodeError,
  NodePruned,
  NodeReplyInvalid,
  NodeRpcError,
  NodeTimeout,
  NodeUnauthorized,
  NodeUnreachable,
  NodeUntrusted,
  TxindexRequired,
  WrongNetwork,
} from './errors.ts';
export { type FailoverOptions, failover } from './failover.ts';
export { type NextStep, type NodeTip, nextStep, type StepOptions } from './next-step.ts';
export { type NodeOptions, openNode } from './node.ts';
export { NodeUrlInvalid, problemsOfNodeUrl } from './node-url.ts';
export type { BitcoinNode, ChainTip, ChainTipStatus, FundingSource, NodeStatus, SpentOutputs } from './port.ts';
export { type NodeRpc, openRpc, type RpcCall, type RpcOptions } from './rpc.ts';
export type { RestOutcome, RpcOutcome } from './rpc-reply.ts';
export { isSyncing } from './syncing.ts';
export { type TipSignal, type WatchOptions, watchTip } from './watch-tip.ts';
