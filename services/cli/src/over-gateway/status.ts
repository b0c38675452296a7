import { questionsOf } from '@virtualchain/gateway-client';
import type { Connection } from '../connection.ts';
import { inOrder, type MachineReport, printStatus } from '../printing/status-report.ts';

interface ServedMachine {
  readonly chain: string;
  readonly machine: string;
  readonly version: number;
  readonly build: string;
  readonly status: string;
  readonly fault: MachineReport['fault'];
  readonly tip: { readonly height: number; readonly consensusHash: string | null } | null;
  readonly accepted: number;
  readonly rejected: number;
  readonly ignored: number;
}

interface StatusQuestion {
  '/v1/status': { parameters: Record<never, never>; answer: { machines: readonly ServedMachine[] } };
}

/** `vchain status --gateway`: how each machine stands, as a gateway has it. Of node and log it is not asked. */
export async function statusOver(
  gateway: string,
  { chain, isChainNamed }: Connection,
  options: { readonly json: boolean },
): Promise<void> {
  const { machines } = await questionsOf<StatusQuestion>(gateway)('/v1/status');
  const shown = machines.filter((machine) => isChainNamed !== true || machine.chain === chain);
  printStatus({ node: null, log: null, machines: inOrder(shown.map(reportOf)) }, options.json);
}

/** How far a machine is behind is not known where neither node nor log is asked. */
function reportOf({ machine, build, status, tip, ...told }: ServedMachine): MachineReport {
  const { version, chain, accepted, rejected, ignored, fault } = told;
  return {
    ...{ name: machine, version, chain, schema: build },
    state: status === 'faulted' ? 'faulted' : 'catching up',
    height: tip?.height ?? null,
    ...{ confirmations: null, lagBlocks: null, lagSeconds: null },
    ...{ accepted, rejected, ignored },
    consensusHash: tip?.consensusHash ?? null,
    fault,
  };
}
