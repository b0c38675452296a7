import { anchorHeight } from '@virtualchain/machine';
import type { LogChange } from '@virtualchain/operation-log';
import { type OperationEvent, whatIsCut } from '@virtualchain/protocol';
import type { BlamedOperation, ToldBlock, ToldOperation } from './messages.ts';
import type { Observed, ObservedMachine } from './observe.ts';

/** What the changes of one batch come to, as it is told: only of records behind `toldSequence`. */
export function toldBlocks(
  changes: readonly LogChange[],
  observed: ObservedMachine,
  toldSequence: number,
): readonly ToldBlock[] {
  const anchor = anchorHeight(observed.machine);
  return changes.flatMap((change): readonly ToldBlock[] => {
    const { sequence, height } = change.event;
    if (sequence <= toldSequence) return [];
    if (change.kind === 'disconnected') return [{ kind: 'disconnected', height, sequence }];
    if (height <= anchor) return [];
    const operations = change.operations.map((event) => toldOperation(event, observed.of(event)));
    return [{ kind: 'connected', height, sequence, operations, rows: observed.ofBlock(height) }];
  });
}

function toldOperation(event: OperationEvent, observed: Observed | undefined): ToldOperation {
  const { height, sequence, senders } = event;
  // What is not in the log in full never reaches a machine.
  const cut = { kind: 'ignored', code: 'OPERATION_CUT', detail: whatIsCut(event) ?? '' } as const;
  const verdict = observed?.verdict ?? cut;
  const reason = verdict.kind === 'accepted' ? { code: null, detail: null } : verdict;
  return {
    height,
    sequence,
    sender: senders[0]?.scriptPubKey ?? null,
    address: senders[0]?.addresses[0] ?? null,
    ...payloadOf(event),
    verdict: verdict.kind,
    code: reason.code,
    detail: reason.detail,
    rows: observed?.rows ?? [],
  };
}

function payloadOf({ txid, opcode, name, decoded, payload }: OperationEvent) {
  return { txid, opcode, name, decoded, payload };
}

/** The operation that a machine threw at. */
export function blamed(changes: readonly LogChange[], txid: string | null): BlamedOperation | null {
  for (const change of changes) {
    if (change.kind !== 'connected') continue;
    const event = change.operations.find((each) => each.txid === txid);
    if (event !== undefined) return { height: event.height, ...payloadOf(event) };
  }
  return null;
}
