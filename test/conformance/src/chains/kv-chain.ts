import { bytesToHex, type Height } from '@virtualchain/bitcoin';
import { type FoldedBlock, MemoryFold } from '@virtualchain/machine';
import { kvChain, kvMachine } from '@virtualchain/machine-kv';
import type { OperationEvent, VirtualChain } from '@virtualchain/protocol';
import { type ChainHead, hashedFieldsOf, snapshotsOf } from './echo-machine.ts';

export interface KvFold {
  readonly chain: VirtualChain;
  readonly fold: MemoryFold;
}

/** Our kv machine, from the height and with the snapshots and hashed fields that the file gives. */
export async function openKvFold({ first_block, initial_snapshots, opfields }: ChainHead): Promise<KvFold> {
  const chain = kvChain({ firstBlock: first_block });
  const fold = await MemoryFold.open({
    ...kvMachine({}, chain),
    firstBlock: first_block as Height,
    initialSnapshots: snapshotsOf(initial_snapshots),
    hashedFields: hashedFieldsOf(opfields),
  });
  return { chain, fold };
}

/** The operation that each transition came from, beside it. */
export function transitionsWithEvents(
  folded: FoldedBlock,
): readonly { readonly vtxindex: number; readonly opcode: string; readonly event: OperationEvent }[] {
  return folded.transitions.map(({ vtxindex, opcode, operationPosition }) => {
    const event = folded.outcomes[operationPosition ?? -1]?.event;
    if (event === undefined) throw new TypeError('every transition of kv comes from an operation');
    return { vtxindex, opcode: bytesToHex(Uint8Array.of(opcode)), event };
  });
}

/** What the original stores of a block's transitions, as far as both kinds of kv file say it. */
export function hashesOf(folded: FoldedBlock) {
  return {
    accepted_serialized_hex: folded.transitions.map(({ serialized }) => bytesToHex(serialized)),
    ops_hash: folded.opsHash as string,
    consensus_hash: folded.consensusHash as string,
  };
}
