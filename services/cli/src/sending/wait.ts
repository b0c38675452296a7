import { setTimeout as sleep } from 'node:timers/promises';
import { isExpectedError } from '@virtualchain/kernel';
import type { OperationRecord, RecordedVerdict } from '@virtualchain/machine';
import type { NodeRpc } from '@virtualchain/node-client';
import type { Reader } from '@virtualchain/projection';
import { waitPollMs } from '../limits.ts';
import { WaitTimedOut } from './refusal.ts';

export interface WaitOptions {
  /** 1 is the block itself. */
  readonly confirmations: number;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  /** Hears how it goes, a line for each change. */
  readonly say: (line: string) => void;
  readonly pollMs?: number;
}

/** What became of an operation, and where. */
export interface Settled {
  readonly verdict: RecordedVerdict;
  readonly height: number;
  readonly confirmations: number;
}

/**
 * Waits until the projection has judged an operation and so many blocks stand on it, its own included. A block that is
 * taken back counts no more; a database or node that is away for a while is waited for, too.
 *
 * @throws WaitTimedOut
 */
export async function waitForVerdict(
  { reader }: { readonly reader: Pick<Reader, 'read'> },
  rpc: Pick<NodeRpc, 'call'>,
  txid: string,
  { confirmations: wanted, timeoutSeconds, signal, say, pollMs = waitPollMs }: WaitOptions,
): Promise<Settled> {
  const deadline = performance.now() + timeoutSeconds * 1_000;
  let said = '';
  for (;;) {
    const { line, settled } = await look().catch((error: unknown) => {
      if (isExpectedError(error) && error.remedy === 'retry')
        return { line: `${txid}: ${error.message}; asking again`, settled: null };
      throw error;
    });
    if (line !== said) say(line);
    said = line;
    if (settled !== null && settled.confirmations >= wanted) return settled;
    if (performance.now() > deadline)
      throw new WaitTimedOut(
        `no verdict with ${wanted} confirmations within ${timeoutSeconds} s (--timeout). It was sent: ${line}`,
      );
    await sleep(pollMs, undefined, { signal });
  }

  async function look(): Promise<{ readonly line: string; readonly settled: Settled | null }> {
    const nodeHeight = await rpc.call('getblockcount');
    const { tip, record } = await reader.read('tip', async (reading) => ({
      tip: reading.tip,
      record: await reading.operation(txid),
    }));
    const settled = record === null ? null : settledAt(record, tip);
    const place = settled === null ? 'in no block that the projection has' : `in block ${settled.height}`;
    const line = `${txid}: ${place}, ${settled?.confirmations ?? 0} of ${wanted} confirmations; node at ${nodeHeight}, projection at ${tip}`;
    return { line, settled };
  }
}

function settledAt({ verdict, event: { height } }: OperationRecord, tip: number): Settled {
  return { verdict, height, confirmations: tip - height + 1 };
}
