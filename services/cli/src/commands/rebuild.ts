import { formatProgress, progressMeter, startYoung } from '@virtualchain/process';
import { rebuild as rebuildMachine } from '@virtualchain/projection';
import type { Connection } from '../connection.ts';
import { openLog, topicOf } from '../log-of.ts';
import { openMachine } from '../machine-of.ts';
import { endProgress, print, printProgress } from '../output.ts';

/** `vchain rebuild <machine>`: folds the topic again while the live build serves, then switches if both agree. */
export async function rebuild(
  connection: Connection,
  machine: string,
  options: { readonly json: boolean; readonly reshaped: readonly string[]; readonly signal: AbortSignal },
): Promise<void> {
  startYoung();
  await using opened = await openMachine(connection, machine);
  const { registry, instance } = opened;
  const topic = topicOf(connection, instance.chain);
  await using log = await openLog(connection);
  const top = (await log.tail(topic))?.block?.height;
  const meter = progressMeter({
    startMs: performance.now(),
    ...(top === undefined ? {} : { total: top - instance.machine.firstBlock + 1 }),
  });
  let [blocksBefore, operationsBefore] = [0, 0];
  const switched = await rebuildMachine({
    registry,
    instance,
    log,
    topic,
    signal: options.signal,
    reshaped: options.reshaped,
    onFold: (_height, blocks, operations) => {
      const isNewRound = blocks < blocksBefore;
      meter.add(
        {
          blocks: isNewRound ? blocks : blocks - blocksBefore,
          operations: isNewRound ? operations : operations - operationsBefore,
        },
        performance.now(),
      );
      [blocksBefore, operationsBefore] = [blocks, operations];
      printProgress(`folding: ${formatProgress(meter.read(performance.now()))}`);
    },
    onIndex: (made, of) => printProgress(`making indexes: ${made} of ${of}`),
    onVerify: (height, to) => printProgress(`verifying the live build: ${height} of ${to}`),
  });
  endProgress();
  if (options.json) print(JSON.stringify(switched));
  else
    print(
      `${switched.live} is live, ${switched.retired} is retired; heights ${switched.comparedFrom} to ${switched.comparedTo} agree`,
    );
}
