import type { Bench, Measured, OpenBench, Target } from '../harness/bench.ts';
import { measured } from '../harness/processes.ts';
import { medianOf } from '../harness/quantile.ts';
import type { BlockPeer } from '../peers/block-peers.ts';
import { type BlockSetName, blockFiles, hasBlockSet, makeBlockSet } from '../workloads/block-sets.ts';

/** A row over the raw blocks of a set: ours and the peer go over all of them, so many times a round. */
export interface BlockRow<Found> {
  readonly name: string;
  readonly sets: readonly BlockSetName[];
  /** What stands beside the rows. */
  readonly note?: string;
  readonly target: Target;
  readonly peer: string;
  openPeer(): Promise<BlockPeer>;
  /** A second peer, whose figures stand beside the row. */
  readonly beside?: { readonly name: string; open(): Promise<BlockPeer> };
  readonly iterations: number;
  /** What is measured, of one block. */
  find(bytes: Uint8Array): Found;
  /** What was found in all blocks, as the peer says it; not measured. */
  answer(found: readonly Found[]): string;
}

/** The peers are compiled beforehand; our code is compiled as it runs, and measured once that is done, as in a process that runs for days. */
const WARM_UP = 10;

export function blockBenches<Found>(row: BlockRow<Found>): readonly Bench[] {
  return row.sets.filter(hasBlockSet).map((set) => ({
    name: row.name,
    workload: set,
    peer: row.peer,
    target: row.target,
    ...(row.note !== undefined && { note: row.note }),
    open: (context) => openRow(row, set, context.quick),
  }));
}

async function openRow<Found>(row: BlockRow<Found>, name: BlockSetName, quick: boolean): Promise<OpenBench> {
  const blocks = makeBlockSet(name);
  const [peer, beside] = [await row.openPeer(), await row.beside?.open()];
  const { files, ...disposable } = await blockFiles(blocks);
  const iterations = quick ? Math.ceil(row.iterations / 4) : row.iterations;
  const each = ({ cpuMs, wallMs, answer }: Measured): Measured => ({
    cpuMs: cpuMs / iterations,
    wallMs: wallMs / iterations,
    answer,
  });
  const others: number[] = [];
  return {
    async ours(round) {
      let found: readonly Found[] = [];
      const times = round < 0 ? WARM_UP * iterations : iterations;
      const one = await measured(() => {
        for (let i = 0; i < times; i += 1) found = blocks.map(row.find);
        return '';
      });
      return each({ ...one, answer: row.answer(found) });
    },
    async peer() {
      if (beside !== undefined) others.push(each(await beside(iterations, files)).cpuMs);
      return each(await peer(iterations, files));
    },
    details() {
      const bytes = blocks.reduce((sum, { length }) => sum + length, 0);
      return [
        `${blocks.length} blocks: ${(bytes / 1e6).toFixed(2)} MB`,
        ...(others.length === 0 ? [] : [`${row.beside?.name}: ${medianOf(others).toFixed(2)} ms`]),
      ];
    },
    ...disposable,
  };
}
