import type { Prefetch } from '@virtualchain/machine';
import type { StacksCollections } from '../collections.ts';
import type { PlacedOperation } from './read-event.ts';

/** The rows that the rules look at, or write, for an operation. */
export function readBy(op: PlacedOperation): Prefetch<StacksCollections> {
  const { txid, height, vtxindex } = op;
  const here = { height, vtxindex };
  if (op.kind === 'refused') return {};
  if (op.kind === 'asked') return { pre_stx: [{ txid: op.spends.txid }], stx_operations: [{ txid }] };
  const { operation } = op;
  switch (operation.kind) {
    case 'leader_key_register': {
      const by = [{ index: 'vrf_key', prefix: { vrf_public_key: operation.vrfPublicKey } }] as const;
      return { keys: { keys: [here], by } };
    }
    case 'leader_block_commit': {
      const { keyBlock, keyVtxindex, parentBlock, parentVtxindex } = operation;
      return {
        keys: [{ height: keyBlock, vtxindex: keyVtxindex }],
        commits: [{ height: parentBlock, vtxindex: parentVtxindex }, here],
        missed: [{ txid }],
      };
    }
    case 'pre_stx':
      return { pre_stx: [{ txid }] };
  }
}
