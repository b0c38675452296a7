/** A machine that is far behind holds what it works on, however much waits in the log for it, and nobody waits for it. */
import { afterEach, expect, test } from '@jest/globals';
import { kvChain, kvMachine } from '@virtualchain/machine-kv';
import { createMemoryBroker, createMemoryLog, type MemoryBroker, type OperationLog } from '@virtualchain/operation-log';
import { MemoryProjection, MemoryStore } from '@virtualchain/projection';
import { connect, FIRST_BLOCK, hashOf, identityOf } from '../../../test/contract/log-blocks.ts';
import { quickClock } from '../../../test/kit/quick-clock.ts';
import { project } from './project.ts';

const TOPIC = 'vchain.regtest.kv';
const BLOCKS = 3_000;
const NEW_BLOCKS = 10;
const PAYLOAD_BYTES = 2_000;
/** What a fetch of the memory broker answers with, about: one is worked on, one is on its way. */
const FETCH_BYTES = 1_048_576;
/** Of one block: the one with which a fetch is full is whole in it. */
const BLOCK_BYTES_MAX = 10_000;
const HELD_BYTES_MAX = 2 * (FETCH_BYTES + BLOCK_BYTES_MAX);
const names = Array.from({ length: BLOCKS + NEW_BLOCKS }, (_, index) => `0${'a'.repeat(index)}`);
const tip = (blocks: number) => hashOf(names[blocks - 1] ?? '');

let stop: AbortController;
afterEach(() => stop.abort());

/** What one reader was given, and what it is done with, in bytes of the log. */
class Held {
  peak = 0;
  #given = 0;
  #done = 0;
  readonly #ends: { readonly offset: bigint; readonly given: number }[] = [];

  /** The broker as this reader reaches it. */
  over(broker: MemoryBroker): MemoryBroker {
    return {
      ...broker,
      fetch: async (...question) => {
        const fetched = await broker.fetch(...question);
        const isRead = question[2]?.maxBytes === undefined; // else: a look at one record
        for (const { offset, value } of isRead ? fetched.records : []) {
          this.#given += value.length;
          this.#ends.push({ offset, given: this.#given });
        }
        this.peak = Math.max(this.peak, this.#given - this.#done);
        return fetched;
      },
    };
  }

  doneWith(offset: bigint): void {
    while ((this.#ends[0]?.offset ?? offset + 1n) <= offset) this.#done = this.#ends.shift()?.given ?? this.#done;
  }

  get givenBytes(): number {
    return this.#given;
  }
}

/** One machine with a projector of its own; it decides nothing until `gate` opens. */
async function startMachine(broker: MemoryBroker, signal: AbortSignal, gate: Promise<void> = Promise.resolve()) {
  const kv = kvMachine({}, kvChain({ firstBlock: FIRST_BLOCK }));
  const deciding = Promise.withResolvers<void>();
  const machine: typeof kv = {
    ...kv,
    async openBlock(...opened) {
      deciding.resolve();
      await gate;
      await kv.openBlock?.(...opened);
    },
  };
  const [store, held] = [await MemoryStore.open(machine), new Held()];
  const waiting = new Map<string, () => void>();
  const running = project({
    ...{ log: createMemoryLog(held.over(broker)), topic: TOPIC, signal },
    open: async () => new MemoryProjection(store),
    clock: quickClock,
    events: {
      state: () => undefined,
      opened: () => undefined,
      advanced(_work, cursor) {
        if (cursor === null) return;
        held.doneWith(cursor.offset);
        waiting.get(cursor.hash ?? '')?.();
      },
    },
  });
  const reaches = (hash: string): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (store.checkpoint.cursor?.hash === hash) resolve();
    waiting.set(hash, resolve);
    return promise;
  };
  return { store, held, running, reaches, deciding: deciding.promise };
}

async function append(log: OperationLog, from: number, to: number): Promise<void> {
  await using writer = await log.openWriter(identityOf(TOPIC));
  for (let at = from; at < to; at += 500)
    await writer.append(names.slice(at, Math.min(at + 500, to)).map((name) => connect(name, 1, PAYLOAD_BYTES)));
}

test('a-machine-far-behind: it holds two fetches, seven others and the writer go on, and it catches up', async () => {
  stop = new AbortController();
  const [broker, gate] = [createMemoryBroker(), Promise.withResolvers<void>()];
  const log = createMemoryLog(broker);
  await log.ensureTopic(TOPIC);
  const start = (opens?: Promise<void>) => startMachine(broker, stop.signal, opens);
  const others = await Promise.all(Array.from({ length: 7 }, () => start()));
  await append(log, 0, BLOCKS);
  const slow = await start(gate.promise);
  await Promise.all([slow.deciding, ...others.map(({ reaches }) => reaches(tip(BLOCKS)))]);

  await append(log, BLOCKS, BLOCKS + NEW_BLOCKS);
  await Promise.all(others.map(({ reaches }) => reaches(tip(BLOCKS + NEW_BLOCKS))));
  expect(slow.store.checkpoint.cursor).toBeNull();
  expect(slow.held.givenBytes).toBeLessThan(HELD_BYTES_MAX);

  gate.resolve();
  await slow.reaches(tip(BLOCKS + NEW_BLOCKS));
  expect(slow.held.givenBytes).toBeGreaterThan(5 * HELD_BYTES_MAX);
  for (const { held } of [slow, ...others]) expect(held.peak).toBeLessThan(HELD_BYTES_MAX);
  stop.abort();
  await Promise.all([slow, ...others].map(({ running }) => running));
}, 180_000);
