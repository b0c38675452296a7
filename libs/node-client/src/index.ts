export { type BlockFiles, BlockFilesUnusable, openBlockFiles } from './block-files/block-files.ts';
export type { Branch, BranchBlock, NodeTip } from './branch/branch.ts';
export { type NextStep, nextStep, type StepOptions } from './branch/next-step.ts';
export { isSyncing } from './branch/syncing.ts';
export { type TipSignal, type WatchOptions, watchTip } from './branch/watch-tip.ts';
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
export { type Mempool, type MempoolOptions, type MempoolView, type Outpoint, openMempool } from './mempool.ts';
export { type NodeOptions, openNode } from './node.ts';
export type { BitcoinNode, ChainTip, ChainTipStatus, FundingSource, NodeStatus, SpentOutputs } from './port.ts';
export { NodeUrlInvalid, problemsOfNodeUrl } from './rpc/node-url.ts';
export { type NodeRpc, openRpc, type RpcCall, type RpcOptions } from './rpc/rpc.ts';
export type { RestOutcome, RpcOutcome } from './rpc/rpc-reply.ts';
