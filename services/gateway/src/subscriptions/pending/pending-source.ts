import { wallClock } from '@virtualchain/kernel';
import {
  type MachineInstance,
  type PendingEnd,
  type PendingEntry,
  type Registry,
  readPending,
  readPendingAfter,
  readPendingEnd,
} from '@virtualchain/projection';
import {
  isWanted,
  onceEach,
  QuestionInvalid,
  type Selection,
  type Source,
  type Start,
  sharedReads,
  type Tip,
  type Told,
  type Unit,
  untilFound,
  Waiters,
} from '@virtualchain/subscriptions';
import { PENDING_POLL_MS } from '../../limits.ts';
import { PendingGone, PendingNotServed } from '../stream-ended.ts';

/** What operations in no block are served from. */
export interface PendingSourceOptions {
  readonly registry: Registry;
  readonly instance: MachineInstance;
  readonly signal: AbortSignal;
  /** Hears of reads that failed; they are tried again. */
  readonly onRetry: (error: unknown) => void;
}

/** `<view>.<position>` */
const cursorOf = (view: string, position: number): string => `${view}.${position}`;

/** Null for what is no cursor of these. */
function readCursor(text: string): { readonly view: string; readonly position: number } | null {
  const [, view, digits] = /^([0-9a-f]{32})\.([0-9]{1,15})$/.exec(text) ?? [];
  return view === undefined ? null : { view, position: Number(digits) };
}

/**
 * What a projector sees of operations in no block, read once for all who follow it at its end. When it begins a view anew, this
 * one is over.
 */
export class PendingSource implements Source {
  readonly view: string;
  readonly #options: PendingSourceOptions;
  readonly #waiters = new Waiters();
  readonly #read = sharedReads((position: number) => this.#unitsAt(position));
  #end: PendingEnd;
  #isGone = false;

  private constructor(options: PendingSourceOptions, end: PendingEnd) {
    this.#options = options;
    this.#end = end;
    this.view = end.view;
    void this.#watch();
  }

  /** The view that counts now. @throws PendingNotServed, and what reading throws */
  static async open(options: PendingSourceOptions): Promise<PendingSource> {
    return new PendingSource(options, await endOf(options));
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  get tip(): Tip | null {
    return this.#end.tip;
  }

  placeOf(cursor: string): number {
    const read = readCursor(cursor);
    if (read?.view !== this.view) throw goneOf(this.#options);
    return read.position;
  }

  unitsAfter(cursor: string, asker: AbortSignal): Promise<readonly Unit[]> {
    return untilFound(() => this.unitsNow(cursor), this.#waiters, { asker, gateway: this.#options.signal });
  }

  async unitsNow(cursor: string): Promise<readonly Unit[]> {
    if (this.#isGone) throw goneOf(this.#options);
    const position = this.placeOf(cursor);
    return position >= this.#end.position ? [] : await this.#read(position);
  }

  /** Looks where the view ends now, whoever asks. Throws as reads do. */
  async refresh(): Promise<void> {
    const end = await readPendingEnd(this.#options.registry, this.#options.instance);
    if (end?.view === this.view) {
      const isNews = end.position !== this.#end.position;
      this.#end = end;
      if (isNews) this.#waiters.wake();
    } else this.#gone();
  }

  async #unitsAt(position: number): Promise<readonly Unit[]> {
    const { registry, instance } = this.#options;
    const entries = await readPendingAfter(registry, instance, { view: this.view, position });
    if (entries === null) throw this.#gone();
    return entries.map((entry) => unitOf(this.view, entry));
  }

  async #watch(): Promise<void> {
    const { signal, onRetry } = this.#options;
    while (!signal.aborted && !this.#isGone) {
      await wallClock.sleep(PENDING_POLL_MS, signal);
      if (!signal.aborted) await this.refresh().catch(onRetry);
    }
    this.#waiters.wake();
  }

  #gone(): PendingGone {
    this.#isGone = true;
    this.#waiters.wake();
    return goneOf(this.#options);
  }
}

function goneOf({ instance }: PendingSourceOptions): PendingGone {
  return new PendingGone(
    `what waits for ${instance.machine.name} is told anew from here on; connect again with your cursor, or without one`,
  );
}

/** @throws PendingNotServed */
async function endOf({ registry, instance }: PendingSourceOptions): Promise<PendingEnd> {
  const end = await readPendingEnd(registry, instance);
  if (end === null)
    throw new PendingNotServed(
      `no projector of ${instance.machine.name} looks at operations in no block; start it with --pending-node-url`,
    );
  return end;
}

function unitOf(view: string, entry: PendingEntry): Unit {
  const told = [tellPending(view, entry)];
  const { operation } = JSON.parse(entry.entry) as Pick<Parameters<typeof isWanted>[1], 'operation'>;
  const choose = (selection: Selection): readonly Told[] => (isWanted(selection, { operation }) ? told : []);
  const { position } = entry;
  return {
    // No block: one thing after the other, each as deep as it ever will be.
    ...{ kind: 'connected', height: position, hash: String(position), place: position, lastPlace: position },
    before: cursorOf(view, position - 1),
    after: cursorOf(view, position),
    size: entry.entry.length,
    told: onceEach(choose),
  };
}

function tellPending(view: string, { position, kind, entry }: PendingEntry): Told {
  const cursor = cursorOf(view, position);
  return { place: position, cursor, kind, text: `{"cursor":${JSON.stringify(cursor)},${entry.slice(1)}` };
}

/** Where a subscriber begins, as it says. */
export interface PendingQuery {
  /** `start`, what waits now, or `now`, what comes next. */
  readonly from?: string;
  /** A cursor. */
  readonly after?: string;
}

/**
 * Where a subscriber to operations in no block begins. What waits now comes first, behind an entry which says that all from before is
 * void: also where the cursor is of a view that was begun anew, or lies farther back than is kept.
 *
 * @throws QuestionInvalid, PendingNotServed, and what reading throws
 */
export async function pendingStart(
  options: PendingSourceOptions,
  { from = 'start', after }: PendingQuery,
  selection: Selection,
): Promise<Start & { readonly view: string }> {
  const { registry, instance } = options;
  if (after !== undefined) {
    const cursor = readCursor(after);
    if (cursor === null) throw new QuestionInvalid('after: this is no cursor of operations in no block');
    const kept = await readPendingAfter(registry, instance, cursor);
    if (kept !== null) return { view: cursor.view, cursor: after, first: [] };
  } else if (from === 'now') {
    const { view, position } = await endOf(options);
    return { view, cursor: cursorOf(view, position), first: [] };
  }
  const { end, entries } = (await readPending(registry, instance)) ?? { end: await endOf(options), entries: [] };
  const { view, position, tip } = end;
  const told = entries.map((entry) => unitOf(view, entry)).flatMap((unit) => unit.told(selection));
  const begun = cursorOf(view, (entries[0]?.position ?? position + 1) - 1);
  const first: Told = {
    ...{ place: 0, cursor: begun, kind: 'pending.begun' },
    text: JSON.stringify({
      cursor: begun,
      kind: 'pending.begun',
      height: tip?.height ?? null,
      blockHash: tip?.hash ?? null,
    }),
  };
  return { view, cursor: cursorOf(view, position), first: [first, ...told] };
}
