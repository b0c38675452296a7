import { height as toHeight } from '@virtualchain/bitcoin';
import { ExpectedError, errorText, isExpectedError } from '@virtualchain/kernel';
import type { BitcoinNode } from '@virtualchain/node-client';
import { type MachineStatus, openRegistry, readStatuses } from '@virtualchain/projection';
import { type Connection, need } from '../connection.ts';
import { openLog, topicOf } from '../log-of.ts';
import { chainAmong } from '../machine-of.ts';
import { openNodeOf } from '../node-of.ts';
import { inOrder, type MachineReport, printStatus, type StatusReport } from '../printing/status-report.ts';
import { webhookReports } from './access/status-webhooks.ts';

/** `vchain status`: the node in use, the log, and how each machine stands. */
export async function status(connection: Connection, options: { readonly json: boolean }): Promise<void> {
  const report = await statusReport(connection);
  printStatus(report, options.json);
  const problems = problemsOf(report, connection);
  if (problems.length > 0) throw new PartsUnwell(problems.join('; '));
}

/** Something of a deployment does not answer, or is not what it was taken for. */
class PartsUnwell extends ExpectedError {
  override readonly name = 'PartsUnwell';
  readonly code = 'PARTS_UNWELL';
  readonly remedy = 'retry';
}

function problemsOf({ node, log }: StatusReport, { network }: Connection): readonly string[] {
  const problems: string[] = [];
  if (node !== null && 'problem' in node)
    problems.push(`the node does not answer: ${node.problem}; see that it runs, and --node-url`);
  if (node !== null && 'network' in node && network !== undefined && node.network !== network)
    problems.push(`the node is on ${node.network}, not on ${network}: correct --network or --node-url`);
  if (log !== null && 'problem' in log && !log.isEmpty)
    problems.push(
      `the log cannot be read: ${log.problem}; see that what keeps it runs, --kafka-brokers or --log-postgres-url, --network and --chain`,
    );
  return problems;
}

/** What can be told of the parts that were given; all three of a deployment need not be. */
export async function statusReport(connection: Connection): Promise<StatusReport> {
  const { nodeUrl, kafkaBrokers, logPostgresUrl, postgresUrl } = connection;
  const hasLog = kafkaBrokers !== undefined || logPostgresUrl !== undefined;
  if (nodeUrl === undefined && !hasLog) need(connection, 'postgresUrl');
  const node = nodeUrl === undefined ? null : await openNodeOf(connection);
  const registry = postgresUrl === undefined ? null : await openRegistry(postgresUrl);
  try {
    const nodeReport = node === null ? null : await nodeStatus(node);
    const chain = await chainAmong(connection, (await registry?.builds()) ?? []);
    const log = !hasLog ? null : await logStatus(connection, topicOf(connection, chain));
    const nodeHeight = nodeReport !== null && 'height' in nodeReport ? nodeReport.height : null;
    const logHeight = log !== null && 'height' in log ? log.height : null;
    const topTime = nodeHeight === null ? null : await tipTime(node, nodeHeight);
    const all = registry === null ? null : await readStatuses(registry);
    // The log is one chain's; how far the others are is not told by it.
    const machines = all
      ?.filter(({ build }) => connection.isChainNamed !== true || build.chain === chain.name)
      .map((machine) =>
        machineReport(machine, nodeHeight ?? (machine.build.chain === chain.name ? logHeight : null), topTime),
      );
    const webhooks = registry === null ? null : await webhookReports(registry, all ?? []);
    return { node: nodeReport, log, machines: machines === undefined ? null : inOrder(machines), webhooks };
  } finally {
    await Promise.all([node?.close(), registry?.[Symbol.asyncDispose]()]);
  }
}

function machineReport(
  { build, checkpoint, tip, verdicts }: MachineStatus,
  top: number | null,
  topTime: number | null,
): MachineReport {
  const height = tip?.height ?? null;
  const lagBlocks = top === null || height === null ? null : Math.max(0, top - height);
  return {
    name: build.machine,
    version: build.version,
    chain: build.chain,
    schema: build.schema,
    state: checkpoint.status === 'faulted' ? 'faulted' : lagBlocks === 0 ? 'at tip' : 'catching up',
    height,
    confirmations: top === null || height === null ? null : Math.max(0, top - height + 1),
    lagBlocks,
    lagSeconds: lagBlocks === null || topTime === null || tip === null ? null : Math.max(0, topTime - tip.time),
    ...verdicts,
    consensusHash: tip?.consensusHash ?? null,
    fault: checkpoint.fault,
  };
}

async function nodeStatus(node: BitcoinNode): Promise<StatusReport['node']> {
  try {
    const status = await node.status();
    const { isSyncing } = await import('@virtualchain/node-client');
    const { network, blocks, bestBlockHash } = status;
    return { label: node.label, network, height: blocks, hash: bestBlockHash, syncing: isSyncing(status) };
  } catch (error) {
    return { problem: errorText(error) };
  }
}

/** Header time of the node's block at a height: bytes 68 to 72 of the header. */
async function tipTime(node: BitcoinNode | null, top: number | null): Promise<number | null> {
  if (node === null || top === null) return null;
  const hash = await node.blockHashAt(toHeight(top));
  const header = hash === null ? null : await node.header(hash);
  return header === null ? null : new DataView(header.buffer, header.byteOffset).getUint32(68, true);
}

async function logStatus(connection: Connection, topic: string): Promise<StatusReport['log']> {
  await using log = await openLog(connection);
  try {
    const tail = await log.tail(topic);
    if (tail === null || tail.block === null) return { topic, problem: 'holds no block yet', isEmpty: true };
    return { topic, height: tail.block.height, hash: tail.block.hash, sequence: tail.sequence, epoch: tail.epoch };
  } catch (error) {
    const isEmpty = isExpectedError(error) && error.code === 'TOPIC_MISSING';
    return { topic, problem: errorText(error), isEmpty };
  }
}
