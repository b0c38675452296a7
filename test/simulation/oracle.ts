import type { Transaction, Txid } from '@virtualchain/bitcoin';
import { type AnyStateMachine, MemoryFold } from '@virtualchain/machine';
import type { VirtualChain } from '@virtualchain/protocol';
import { foldInput } from '@virtualchain/testing';
import type { Dump } from './checker.ts';
import type { WorldBlock } from './universe.ts';

/** The fold of the branch's raw blocks in one go, without a log, a restart or a fault. */
export async function oracleOf(
  subject: { readonly chain: VirtualChain; readonly machine: AnyStateMachine },
  branch: readonly WorldBlock[],
): Promise<Dump> {
  const funding = new Map<Txid, Transaction>();
  const fold = await MemoryFold.open(subject.machine);
  for (const { built, transactions } of branch) {
    for (const transaction of transactions) funding.set(transaction.txid, transaction);
    if (built.height < subject.chain.firstBlock) continue;
    await fold.connect(foldInput(subject, built, (txid) => funding.get(txid)));
  }
  return dumpOf(fold);
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
