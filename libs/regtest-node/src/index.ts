export { type BlockTree, type ChainView, createBlockTree, type KnownBlock } from './chain/block-tree.ts';
export { createRegtestNode, type RegtestNode, type RegtestNodeOptions } from './node.ts';
export { type OpenNode, type OpenNodeOptions, startRegtestNode } from './open-node.ts';
export { answerCall, type Call, type CallAnswer } from './rpc/calls.ts';
export { type ChainSource, chainMethods } from './rpc/chain-methods.ts';
export { CORE_SETTINGS, type CoreSettings } from './rpc/core-settings.ts';
export { isAuthorized, jsonReply, plainReply, type Reply, readCalls, restReply } from './rpc/http-reply.ts';
export type { Methods } from './rpc/methods.ts';
