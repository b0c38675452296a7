import { openLiveBuild, pruneHistory } from '@virtualchain/projection';
import type { Connection } from '../connection.ts';
import { openMachine } from '../machine-of.ts';
import { endProgress, print, printProgress } from '../output.ts';
import { countText, sizeText } from '../printing/amounts.ts';
import { heightOf, QueryInvalid, wholeNumber } from '../values.ts';

export interface PruneCommandOptions {
  readonly json: boolean;
  readonly dryRun?: boolean;
  /** The lowest height whose state can be read afterwards. */
  readonly from?: string;
  /** How many of the newest blocks keep their history. */
  readonly keep?: string;
}

/** `vchain prune <machine>`: removes rows that no state from a height on holds. */
export async function prune(connection: Connection, machine: string, options: PruneCommandOptions): Promise<void> {
  const { json, dryRun = false, from, keep } = options;
  if ((from === undefined) === (keep === undefined))
    throw new QueryInvalid('give either --from, the lowest height to keep, or --keep, how many of the newest blocks');
  const given = from === undefined ? wholeNumber('--keep', keep ?? '', { min: 1 }) : heightOf('--from', from);
  await using opened = await openMachine(connection, machine);
  const { registry, instance } = opened;
  const lowest = from === undefined ? (await tipOf(opened)) - given : given;
  const pruned = await pruneHistory({
    ...{ registry, instance, from: lowest, isDryRun: dryRun },
    onProgress: (gone, of) => printProgress(`removed ${countText(gone)} of ${countText(of)} rows`),
  });
  endProgress();
  if (json) print(JSON.stringify({ machine: instance.machine.name, ...pruned, dryRun }));
  else
    print(
      `${pruned.schema}: ${countText(pruned.rows)} rows that ended at height ${pruned.from} or below ${dryRun ? 'would go' : 'are gone'}, about ${sizeText(pruned.bytes)}; states from ${pruned.from} to ${pruned.tip} can be read`,
    );
}

async function tipOf({ registry, instance }: Awaited<ReturnType<typeof openMachine>>): Promise<number> {
  const live = await openLiveBuild(registry, instance);
  return (await live.checkpoint()).cursor?.height ?? instance.machine.firstBlock;
}
