import type { Height, TransactionOutput, Txid } from '@virtualchain/bitcoin';
import type { Mempool, Outpoint } from '@virtualchain/node-client';
import type {
  PendingHappening,
  PendingJudged,
  PendingLook,
  PendingQuestion,
  PendingVerdict,
  PlacedBlock,
} from '@virtualchain/projection';
import type { OperationEvent } from '@virtualchain/protocol';
import { TRANSACTIONS_PER_LOOK_MAX } from '../limits.ts';
import { type Found, outpointText, type PendingSet, type Waiting } from './pending-set.ts';

/** What is looked at, and who judges. */
export interface LookOptions {
  readonly mempool: Pick<Mempool, 'tip' | 'read' | 'transactions' | 'unspent'>;
  readonly set: PendingSet;
  readonly judge: (question: PendingQuestion) => Promise<PendingJudged | null>;
}

/** What a look came to: null where node and projection do not stand at the same block, so that nothing can be said. */
export interface Looked {
  readonly look: PendingLook | null;
  /** There is more to read: look again at once. */
  readonly hasMore: boolean;
  /** Once the look is written: what was told is remembered, and who left is forgotten. */
  settle(): void;
}

/**
 * Looks once at what waits to be mined, and says what became of it since. Reads of the node what was not read before, a bounded
 * number at a time. Throws what node and database throw; nothing is forgotten then.
 */
export async function lookAtPending({ mempool, set, judge }: LookOptions): Promise<Looked> {
  const nothing = { look: null, hasMore: false, settle: () => undefined };
  const [tip, standing] = [await mempool.tip(), await judge({ operations: () => [], gone: [] })];
  if (standing?.tip.hash !== tip.hash) return nothing; // a first sync takes hours, and listing a mempool seconds
  const view = await mempool.read();
  if (view === null) return { ...nothing, hasMore: true };
  const now = new Set(view.txids);
  const left = set.leave(now);
  const unknown = set.unknown(view.txids);
  await readNew(mempool, set, unknown.slice(0, TRANSACTIONS_PER_LOOK_MAX), now);
  const hasMore = unknown.length > TRANSACTIONS_PER_LOOK_MAX;
  const waiting = set.waiting.filter(({ txid }) => now.has(txid));
  let events: ReadonlyMap<string, OperationEvent> = new Map();
  const judged = await judge({
    operations: (height: Height) => {
      const made = set.events(waiting, height);
      events = new Map(made.map((event) => [event.txid, event]));
      return made;
    },
    gone: left.map(({ txid }) => txid),
  });
  if (judged === null || judged.tip.hash !== view.tip.hash) return { ...nothing, hasMore };
  const ends = await endsOf(left, judged, { mempool, set });
  const told = waiting.flatMap((one) => {
    const [verdict, event] = [judged.verdicts.get(one.txid), events.get(one.txid)];
    return verdict === undefined || event === undefined || isSame(verdict, one.told)
      ? []
      : [{ one, verdict, operation: operationOf(event) }];
  });
  const happenings = [
    ...ends,
    ...told.map(({ one, verdict, operation }) =>
      happening('pending.judged', one.txid, judged.tip, {
        ...{ verdict: verdict.kind, code: verdict.code, detail: verdict.detail },
        ...{ replaces: one.replaces, operation },
      }),
    ),
  ];
  return {
    look: { tip: judged.tip, leftOut: set.leftOut, happenings },
    hasMore,
    settle() {
      for (const one of left) set.drop(one);
      for (const { one, verdict, operation } of told) {
        one.told = verdict;
        one.operation = operation;
      }
    },
  };
}

const isSame = (a: PendingVerdict, b: PendingVerdict | null): boolean => a.kind === b?.kind && a.code === b.code;

async function readNew(
  mempool: LookOptions['mempool'],
  set: PendingSet,
  txids: readonly Txid[],
  now: ReadonlySet<Txid>,
): Promise<void> {
  const found = set.find(await mempool.transactions(txids));
  if (!set.wantsFunding) {
    for (const one of found) set.add(one, new Map());
    return;
  }
  const outputsOf = new Map<Txid, readonly TransactionOutput[]>();
  for (const { txid, outputs } of [...set.waiting, ...found]) outputsOf.set(txid, outputs);
  const inputs = found.flatMap((one) => one.inputs);
  const parents = [...new Set(inputs.map(({ txid }) => txid))].filter((txid) => now.has(txid) && !outputsOf.has(txid));
  for (const { txid, outputs } of set.parse(await mempool.transactions(parents))) outputsOf.set(txid, outputs);
  const confirmed = inputs.filter(({ txid }) => !outputsOf.has(txid));
  const unspent = await mempool.unspent(confirmed);
  const spent = new Map<string, TransactionOutput | null>(
    confirmed.map((input, i) => [outpointText(input), unspent[i] ?? null]),
  );
  for (const one of found)
    addFunded(set, one, (input) => outputsOf.get(input.txid)?.[input.index] ?? spent.get(outpointText(input)) ?? null);
}

/** What was mined or left meanwhile has lost its funding: it is read again at the next look, where it is still there. */
function addFunded(set: PendingSet, found: Found, output: (input: Outpoint) => TransactionOutput | null): void {
  const spends = new Map<string, TransactionOutput>();
  for (const input of found.inputs) {
    const known = output(input);
    if (known === null) return;
    spends.set(outpointText(input), known);
  }
  set.add(found, spends);
}

async function endsOf(
  left: readonly Waiting[],
  { tip, confirmed }: PendingJudged,
  { mempool, set }: Pick<LookOptions, 'mempool' | 'set'>,
): Promise<readonly PendingHappening[]> {
  const ends: PendingHappening[] = [];
  for (const one of left) {
    const { txid, operation } = one;
    if (operation === null) continue; // it was never told of
    const block = confirmed.get(txid);
    const by = set.replacementOf(txid);
    if (block !== undefined) ends.push(happening('pending.confirmed', txid, block, { operation }));
    else if (by !== null) ends.push(happening('pending.replaced', txid, tip, { by, operation }));
    else {
      const outputs = await mempool.unspent(one.inputs);
      const reason = outputs.every((output) => output !== null) ? 'left' : 'spent';
      ends.push(happening('pending.dropped', txid, tip, { reason, operation }));
    }
  }
  return ends;
}

function happening(
  kind: PendingHappening['kind'],
  txid: Txid,
  { height, hash }: PlacedBlock,
  rest: Readonly<Record<string, unknown>>,
): PendingHappening {
  return { kind, txid, entry: JSON.stringify({ kind, height, blockHash: hash, txid, ...rest }) };
}

/** The operation as the log would have it, without what only a place in a log or in a block gives. */
function operationOf(event: OperationEvent): Readonly<Record<string, unknown>> {
  const { type, schema, log, epoch, sequence, blockHash, position, transactionIndex, merklePath, ...operation } = event;
  return operation;
}
