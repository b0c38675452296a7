import { bytesToHex, parseBlock, workFromBits } from '@virtualchain/bitcoin';
import { kvChain, kvMachine } from '@virtualchain/machine-kv';
import type { LogEntry, LogIdentity } from '@virtualchain/operation-log';
import type { MachineInstance } from '@virtualchain/projection';
import { operationEvents, scanBlock } from '@virtualchain/protocol';
import type { Workload } from './blocks.ts';

/** The kv machine over a workload. */
export function workloadInstance(): MachineInstance {
  const chain = kvChain({ firstBlock: 1 });
  return { chain, machine: kvMachine({}, chain), network: 'regtest', parameters: {} };
}

/** Who a topic with a workload belongs to. */
export function workloadIdentity(topic: string): LogIdentity {
  const { chain, network } = workloadInstance();
  return { topic, network, chain: chain.name, magic: bytesToHex(chain.magic), firstBlock: chain.firstBlock };
}

/** The blocks of a workload as an ingester hands them to a writer. */
export function entriesOf({ blocks, funding }: Workload): readonly LogEntry[] {
  const { chain } = workloadInstance();
  let work = 0n;
  return blocks.map(({ bytes, height }) => {
    const block = parseBlock(bytes);
    const at = { block, height };
    const operations = operationEvents({ chain, network: 'regtest' }, at, scanBlock(block, chain), funding);
    work += workFromBits(block.header.bits);
    const { previousHash, time } = block.header;
    const header = bytesToHex(block.headerBytes);
    return { kind: 'connect', block: { height, hash: block.hash, previousHash, header, time, work }, operations };
  });
}

/** How many operations there are in all. */
export function operationCount(entries: readonly LogEntry[]): number {
  return entries.reduce((sum, entry) => sum + (entry.kind === 'connect' ? entry.operations.length : 0), 0);
}
