import { ExpectedError } from '@virtualchain/kernel';
import { checkNode } from '@virtualchain/node-client';
import { formatDuration } from '@virtualchain/process';
import type { VirtualChain } from '@virtualchain/protocol';
import type { Connection } from '../connection.ts';
import { sampleBlocksDefault, sampleBlocksMax } from '../limits.ts';
import { openLog, topicOf } from '../log-of.ts';
import { loadChainOf } from '../machine-of.ts';
import { openNodeOf, openRpcOf } from '../node-of.ts';
import { endProgress, print, printProgress } from '../output.ts';
import { type NodeReport, readNodeReport } from '../plan/node-report.ts';
import { planSync, type SyncPlan } from '../plan/plan.ts';
import { countText, sizeText } from '../printing/amounts.ts';
import { wholeNumber } from '../values.ts';

/** The node has no block of the chain yet, or none that the log has not. */
class NothingToPlan extends ExpectedError {
  override readonly name = 'NothingToPlan';
  readonly code = 'NOTHING_TO_PLAN';
  readonly remedy = 'retry';
}

/** `vchain plan`: what a sync will cost, by what a sample of its blocks costs now. Writes nothing anywhere. */
export async function plan(
  connection: Connection,
  options: { readonly json: boolean; readonly sample?: string; readonly signal: AbortSignal },
): Promise<void> {
  const { json, signal, sample = String(sampleBlocksDefault) } = options;
  const sampleBlocks = wholeNumber('--sample', sample, { min: 20, max: sampleBlocksMax });
  const chain = await loadChainOf(connection);
  await using node = await openNodeOf(connection);
  await using rpc = await openRpcOf(connection);
  const report = await readNodeReport(node, rpc);
  const network = connection.network ?? report.network;
  const from = await nextBlock({ ...connection, network }, chain);
  await checkNode(node, { ...chain, firstBlock: from as typeof chain.firstBlock }, network);
  const range = { from, to: report.blocks };
  if (range.to < range.from)
    throw new NothingToPlan(
      `${chain.name} goes on with block ${from}, and node ${report.label} is at ${report.blocks}; ask again when it has more`,
    );
  const onSample = (done: number, of: number) => printProgress(`sampling: ${done} of ${of}`);
  const found = await planSync({ node, chain, network, range, sampleBlocks, signal, onSample });
  endProgress();
  if (json) print(JSON.stringify({ chain: chain.name, node: report, ...found }));
  else for (const line of planLines(chain, report, found)) print(line);
}

/** Where the ingester would go on: behind the log's newest block, where there is a log. */
async function nextBlock(
  connection: Connection & { readonly network: string },
  chain: Awaited<ReturnType<typeof loadChainOf>>,
): Promise<number> {
  if (connection.kafkaBrokers === undefined && connection.logPostgresUrl === undefined) return chain.firstBlock;
  await using log = await openLog(connection);
  const topic = topicOf(connection, chain);
  const tail = await log.tail(topic).catch((error: { readonly code?: unknown }) => {
    if (error.code === 'TOPIC_MISSING') return null;
    throw error;
  });
  return tail?.block == null ? chain.firstBlock : tail.block.height + 1;
}

const FUNDING = {
  index: 'has a transaction index',
  'undo-data': 'no transaction index: amounts are its word where it has pruned the bytes',
  none: 'no transaction index, and no other way to the outputs that operations spend',
} as const;

function planLines(chain: VirtualChain, node: NodeReport, found: SyncPlan): readonly string[] {
  const { from, to, blocks, bytes, operations, sampled, seconds, logBytes, projectionBytes } = found;
  const prunes = node.pruneHeight === null ? 'keeps all blocks' : `keeps blocks from ${node.pruneHeight}`;
  const funding = chain.isWithoutSenders ? 'the chain needs no transaction index' : FUNDING[node.funding];
  const rest = node.hasRest ? 'REST' : 'no REST: blocks come as hex, which takes longer (rest=1)';
  const hears = node.publishes ? 'publishes new blocks' : 'publishes nothing: it is polled';
  return [
    `node      ${node.label}: ${node.kind ?? 'of unknown kind'}, ${node.network}, block ${node.blocks} of ${node.headers}; ${funding}; ${prunes}; ${rest}; ${hears}`,
    `chain     ${chain.name}: blocks ${from} to ${to}, ${countText(blocks)} blocks, ${sizeText(bytes)}, about ${countText(operations)} operations`,
    `sampled   ${countText(sampled.blocks)} blocks in ${sampled.windows} places: ${countText(sampled.blocksPerSecond)} blocks/s`,
    `time      about ${formatDuration(seconds * 1_000)} for the ingester, as node and machine are now; projectors follow beside it`,
    `disk      about ${sizeText(logBytes)} for the log on each broker, ${sizeText(projectionBytes)} for each machine in Postgres`,
  ];
}
