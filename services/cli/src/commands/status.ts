import { height as toHeight } from '@virtualchain/bitcoin';
import type { BitcoinNode } from '@virtualchain/node-client';
import { type MachineStatus, openRegistry, type RegisteredBuild, readStatuses } from '@virtualchain/projection';
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
    | { readonly topic: string; readonly problem: string }
    | null;
  /** Null when no database was given. */
  readonly machines: readonly MachineReport[] | null;
}

interface MachineReport {
  readonly name: string;
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
  if (options.json) {
    print(JSON.stringify(report));
    return;
  }
  print(`node      ${describeNode(report.node)}`);
  print(`log       ${describeLog(report.log)}`);
  if (report.machines === null) {
    print('machines  not given');
    return;
  }
  print(
    table(
      ['machine', 'state', 'height', 'confirmations', 'lag', 'accepted', 'rejected', 'ignored', 'consensus hash'],
      report.machines.map((machine) => [
        machine.name,
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
  const { nodeUrl, kafkaBrokers, postgresUrl } = connection;
  if (nodeUrl === undefined && kafkaBrokers === undefined) need(connection, 'postgresUrl');
  const node = nodeUrl === undefined ? null : await openNodeOf(connection);
  const registry = postgresUrl === undefined ? null : await openRegistry(postgresUrl);
  try {
    const nodeReport = node === null ? null : await nodeStatus(node);
    const log = kafkaBrokers === undefined ? null : await logStatus(connection, (await registry?.builds()) ?? []);
    const nodeHeight = nodeReport !== null && 'height' in nodeReport ? nodeReport.height : null;
    const logHeight = log !== null && 'height' in log ? log.height : null;
    const top = nodeHeight ?? logHeight;
    const topTime = nodeHeight === null ? null : await tipTime(node, top);
    const statuses = registry === null ? null : await readStatuses(registry);
    const machines = statuses?.map((machine) => machineReport(machine, top, topTime)) ?? null;
    return { node: nodeReport, log, machines };
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
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Header time of the node's block at a height: bytes 68 to 72 of the header. */
async function tipTime(node: BitcoinNode | null, top: number | null): Promise<number | null> {
  if (node === null || top === null) return null;
  const hash = await node.blockHashAt(toHeight(top));
  const header = hash === null ? null : await node.header(hash);
  return header === null ? null : new DataView(header.buffer, header.byteOffset).getUint32(68, true);
}

async function logStatus(connection: Connection, builds: readonly RegisteredBuild[]): Promise<StatusReport['log']> {
  const topic = topicOf(connection, await chainAmong(connection, builds));
  await using log = await openLog(connection);
  try {
    const tail = await log.tail(topic);
    if (tail === null || tail.block === null) return { topic, problem: 'holds no block yet' };
    return { topic, height: tail.block.height, hash: tail.block.hash, sequence: tail.sequence, epoch: tail.epoch };
  } catch (error) {
    return { topic, problem: error instanceof Error ? error.message : String(error) };
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
