import { height as toHeight } from '@virtualchain/bitcoin';
import { ExpectedError, errorText, isExpectedError } from '@virtualchain/kernel';
import type { BitcoinNode } from '@virtualchain/node-client';
import { type MachineStatus, openRegistry, readStatuses } from '@virtualchain/projection';
import { type Connection, need } from '../connection.ts';
import { openLog, topicOf } from '../log-of.ts';
import { chainAmong } from '../machine-of.ts';
import { openNodeOf } from '../node-of.ts';
import { print, table } from '../output.ts';

interface TipStatus {
  readonly height: number;
  readonly hash: string;
}

export interface StatusReport {
  readonly node:
    | ({ readonly label: string; readonly network: string; readonly syncing: boolean } & TipStatus)
    | { readonly problem: string }
    | null;
  readonly log:
    | (TipStatus & { readonly topic: string; readonly sequence: number; readonly epoch: number })
    | { readonly topic: string; readonly problem: string; readonly isEmpty: boolean }
    | null;
  /** Null when no database was given. */
  readonly machines: readonly MachineReport[] | null;
}

interface MachineReport {
  readonly name: string;
  readonly version: number;
  readonly chain: string;
  readonly schema: string;
  readonly state: string;
  readonly height: number | null;
  readonly confirmations: number | null;
  readonly lagBlocks: number | null;
  readonly lagSeconds: number | null;
  readonly accepted: number;
  readonly rejected: number;
  readonly ignored: number;
  readonly consensusHash: string | null;
  readonly fault: MachineStatus['checkpoint']['fault'];
}

/** `vchain status`: the node in use, the log, and how each machine stands. */
export async function status(connection: Connection, options: { readonly json: boolean }): Promise<void> {
  const report = await statusReport(connection);
  if (options.json) print(JSON.stringify(report));
  else show(report);
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

function show(report: StatusReport): void {
  print(`node      ${describeNode(report.node)}`);
  print(`log       ${describeLog(report.log)}`);
  if (report.machines === null) {
    print('machines  not given');
    return;
  }
  print(
    table(
      [
        'chain',
        'machine',
        'version',
        'state',
        'height',
        'confirmations',
        'lag',
        'accepted',
        'rejected',
        'ignored',
        'consensus hash',
      ],
      report.machines.map((machine) => [
        machine.chain,
        machine.name,
        machine.version,
        machine.state,
        machine.height ?? '-',
        machine.confirmations ?? '-',
        machine.lagBlocks === null ? '-' : `${machine.lagBlocks} blocks, ${machine.lagSeconds ?? 0} s`,
        machine.accepted,
        machine.rejected,
        machine.ignored,
        machine.consensusHash ?? '-',
      ]),
    ),
  );
  for (const { name, fault } of report.machines) {
    if (fault !== null)
      print(
        `${name}: ${fault.code} at height ${fault.height ?? '-'}, transaction ${fault.txid ?? '-'}, sequence ${fault.sequence ?? '-'}: ${fault.message}`,
      );
  }
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
    return { node: nodeReport, log, machines: machines === undefined ? null : inOrder(machines) };
  } finally {
    await Promise.all([node?.close(), registry?.[Symbol.asyncDispose]()]);
  }
}

/** Those of a chain together. */
function inOrder(machines: readonly MachineReport[]): readonly MachineReport[] {
  return machines.toSorted((a, b) => compare(a.chain, b.chain) || compare(a.name, b.name));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

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

function describeNode(node: StatusReport['node']): string {
  if (node === null) return 'not given';
  if ('problem' in node) return node.problem;
  return `${node.label}, ${node.network}, height ${node.height}, ${node.hash}${node.syncing ? ', still syncing' : ''}`;
}

function describeLog(log: StatusReport['log']): string {
  if (log === null) return 'not given';
  if ('problem' in log) return `${log.topic}: ${log.problem}`;
  return `${log.topic}, height ${log.height}, ${log.hash}, sequence ${log.sequence}, epoch ${log.epoch}`;
}
