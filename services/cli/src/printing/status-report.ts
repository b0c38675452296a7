import { print, table } from '../output.ts';

/** Why a machine stopped. */
interface Fault {
  readonly code: string;
  readonly message: string;
  readonly height: number | null;
  readonly txid?: string | null;
  readonly sequence?: number | null;
}

interface TipStatus {
  readonly height: number;
  readonly hash: string;
}

/** How a deployment stands, as far as its parts were given. */
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
  /** Null when no database was given, or its user may not read them; over a gateway those of the token, and null without one that may see them. */
  readonly webhooks: readonly WebhookReport[] | null;
}

/** How a webhook stands. Times are ISO 8601. */
export interface WebhookReport {
  readonly id: string;
  /** The name of the token that it belongs to; null over a gateway, where that is the token by which it was asked. */
  readonly owner: string | null;
  readonly chain: string;
  readonly machine: string;
  /** Where it is posted to, without what stands behind the host, which may be a secret. */
  readonly origin: string;
  readonly state: 'delivering' | 'failing' | 'paused' | 'owner not valid';
  readonly behindEntries: number | null;
  readonly deliveries: number;
  readonly failures: number;
  readonly failingSince: string | null;
  readonly lastStatus: string | null;
  readonly nextTryAt: string | null;
}

/** How a machine stands. */
export interface MachineReport {
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
  readonly fault: Fault | null;
}

/** A report as `vchain status` shows it: lines, or one of JSON. */
export function printStatus(report: StatusReport, json: boolean): void {
  if (json) {
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
  if (report.webhooks !== null && report.webhooks.length > 0) printWebhooks(report.webhooks);
}

function printWebhooks(webhooks: readonly WebhookReport[]): void {
  print(
    table(
      ['webhook', 'owner', 'chain', 'machine', 'to', 'state', 'behind', 'delivered'],
      webhooks.map(({ id, owner, chain, machine, origin, state, behindEntries, deliveries }) => [
        ...[id, owner ?? '-', chain, machine, origin, state],
        behindEntries === null ? '-' : `${behindEntries} entries`,
        deliveries,
      ]),
    ),
  );
  for (const { id, failures, failingSince, lastStatus, nextTryAt } of webhooks)
    if (failures > 0)
      print(`${id}: ${lastStatus} since ${failingSince}, ${failures} tries, the next one at ${nextTryAt ?? 'once'}`);
}

/** Those of a chain together. */
export function inOrder(machines: readonly MachineReport[]): readonly MachineReport[] {
  return machines.toSorted((a, b) => compare(a.chain, b.chain) || compare(a.name, b.name));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

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
