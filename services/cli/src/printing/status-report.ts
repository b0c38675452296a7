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
