import { type Ask, GatewayRefused, questionsOf } from '@virtualchain/gateway-client';
import type { Connection } from '../connection.ts';
import { inOrder, type MachineReport, printStatus, type StatusReport } from '../printing/status-report.ts';
import { type ToldWebhook, webhookReport } from '../printing/webhook-report.ts';

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

interface TopologyMachine {
  readonly name: string;
  readonly lagBlocks: number | null;
  readonly lagSeconds: number | null;
}

interface NetworkQuestions {
  '/v1/status': { parameters: Record<never, never>; answer: { machines: readonly ServedMachine[] } };
  '/v1/topology': {
    parameters: Record<never, never>;
    answer: { chains: readonly { readonly name: string; readonly machines: readonly TopologyMachine[] }[] };
  };
  '/v1/webhooks': {
    parameters: Record<never, never>;
    answer: { webhooks: readonly Omit<ToldWebhook, 'owner' | 'isOwnerValid' | 'behindEntries'>[] };
  };
}

/** `vchain status --gateway`: how each machine stands, as a gateway has it. The node is not asked. */
export async function statusOver(
  gateway: string,
  { chain, isChainNamed, gatewayToken: token }: Connection,
  options: { readonly json: boolean },
): Promise<void> {
  const ask = questionsOf<NetworkQuestions>(gateway, { token });
  const [{ machines }, { chains }, webhooks] = await Promise.all([
    ask('/v1/status'),
    ask('/v1/topology'),
    token === undefined ? null : webhooksOf(ask),
  ]);
  const shown = machines.filter((machine) => isChainNamed !== true || machine.chain === chain);
  const reports = shown.map((machine) => {
    const place = chains.find(({ name }) => name === machine.chain);
    return reportOf(
      machine,
      place?.machines.find(({ name }) => name === machine.machine),
    );
  });
  printStatus({ node: null, log: null, machines: inOrder(reports), webhooks }, options.json);
}

/** Those of the token by which is asked, which is valid; null where it may not see any, or the gateway has none at all. */
async function webhooksOf(ask: Ask<NetworkQuestions>): Promise<StatusReport['webhooks']> {
  try {
    const { webhooks } = await ask('/v1/webhooks');
    return webhooks.map((webhook) =>
      webhookReport({ ...webhook, owner: null, isOwnerValid: true, behindEntries: null }),
    );
  } catch (error) {
    if (error instanceof GatewayRefused && WITHOUT_WEBHOOKS.has(error.code)) return null;
    throw error;
  }
}

const WITHOUT_WEBHOOKS: ReadonlySet<string> = new Set(['SCOPE_MISSING', 'ACCESS_NOT_READY', 'NOT_FOUND']);

/** How far a machine is behind is said by the log that the gateway reads, or by the highest machine of its chain. */
function reportOf(
  { machine, build, status, tip, ...told }: ServedMachine,
  topology: TopologyMachine | undefined,
): MachineReport {
  const { version, chain, accepted, rejected, ignored, fault } = told;
  const { lagBlocks = null, lagSeconds = null } = topology ?? {};
  return {
    ...{ name: machine, version, chain, schema: build },
    state: status === 'faulted' ? 'faulted' : lagBlocks === 0 ? 'at tip' : 'catching up',
    height: tip?.height ?? null,
    confirmations: lagBlocks === null ? null : lagBlocks + 1,
    ...{ lagBlocks, lagSeconds, accepted, rejected, ignored },
    consensusHash: tip?.consensusHash ?? null,
    fault,
  };
}
