import type { Transaction, Txid } from '@virtualchain/bitcoin';
import { type AnyStateMachine, MemoryFold } from '@virtualchain/machine';
import type { VirtualChain } from '@virtualchain/protocol';
import { foldInput } from '@virtualchain/testing';
import type { MinedBlock } from '../world/mined-block.ts';
import type { Dump } from './evidence.ts';

/** The folds of the branch's raw blocks in one go, without a log, a restart or a fault; one for each machine. */
export async function oraclesOf(
  chain: VirtualChain,
  machines: readonly AnyStateMachine[],
  branch: readonly MinedBlock[],
): Promise<readonly Dump[]> {
  const funding = new Map<Txid, Transaction>();
  const folds = await Promise.all(machines.map((machine) => MemoryFold.open(machine)));
  for (const { built, transactions } of branch) {
    for (const transaction of transactions) funding.set(transaction.txid, transaction);
    if (built.height < chain.firstBlock) continue;
    const input = foldInput({ chain }, built, (txid) => funding.get(txid));
    for (const fold of folds) await fold.connect(input);
  }
  return folds.map(dumpOf);
}

/** Everything a fold holds, in a form that two of them can be compared in. */
export function dumpOf(fold: MemoryFold): Dump {
  return {
    blocks: fold.blocks.map(({ block, opsHash, consensusHash, changesHash }) => {
      return { height: block.height, hash: block.hash, opsHash, consensusHash, changesHash };
    }),
    operations: fold.blocks.flatMap(({ block, outcomes }) =>
      outcomes.map(({ event, verdict }) => ({ block: block.hash, txid: event.txid, verdict: verdict.kind })),
    ),
    tables: Object.fromEntries(
      Object.keys(fold.machine.collections).map((name) => [name, fold.state.dump(name).map(spellRow).sort()]),
    ),
  };
}

function spellRow(row: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(row, (_key, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
  });
}
