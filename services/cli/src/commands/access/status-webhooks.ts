import { openAccess, readStandings, type WebhookRecord } from '@virtualchain/access';
import { isExpectedError } from '@virtualchain/kernel';
import { readConfig } from '@virtualchain/process';
import type { MachineStatus, Registry } from '@virtualchain/projection';
import type { WebhookReport } from '../../printing/status-report.ts';
import { webhookReport } from '../../printing/webhook-report.ts';
import { ACCESS_PLACE } from './access-place.ts';

/** How the webhooks of a database stand; null where its user may not read them. */
export async function webhookReports(
  registry: Registry,
  machines: readonly MachineStatus[],
): Promise<readonly WebhookReport[] | null> {
  const { accessPostgresUrl } = readConfig(ACCESS_PLACE, process.env);
  await using elsewhere = accessPostgresUrl === undefined ? null : openAccess(accessPostgresUrl);
  try {
    return (await readStandings((elsewhere ?? registry).db)).map((webhook) => reportOf(webhook, machines));
  } catch (error) {
    if (isExpectedError(error) && error.code === 'DATABASE_REFUSED') return null;
    throw error;
  }
}

function reportOf(webhook: WebhookRecord, machines: readonly MachineStatus[]): WebhookReport {
  const { chain, machine } = webhook;
  const status = machines.find(({ build }) => build.chain === chain && build.machine === machine);
  const position = /:([0-9]+)$/.exec(webhook.cursor)?.[1];
  const end = status?.checkpoint.feedPosition;
  const isKnown = end !== undefined && position !== undefined;
  return webhookReport({ ...webhook, behindEntries: isKnown ? Math.max(0, end - Number(position)) : null });
}
