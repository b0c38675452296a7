import type { Random } from '../random.ts';

/** Virtual time: nothing happens but what was scheduled, one thing after another, and no wall clock is read. */
export interface Scheduler {
  /** Milliseconds since the start of the run. */
  now(): number;
  after(ms: number, work: () => void): void;
  /** Runs until `done` says so, nothing is left, or virtual time passes `untilMs`. `done` is asked after each event. */
  run(done: () => boolean, untilMs: number): Promise<'done' | 'idle' | 'late'>;
  readonly events: number;
}

interface Entry {
  readonly at: number;
  /** Drawn: of two things due at one time, either may come first. */
  readonly order: number;
  readonly work: () => void;
}

/** `settled` comes when nothing is left that one event began. */
export function createScheduler(random: Random, settled: () => Promise<void>): Scheduler {
  const heap: Entry[] = [];
  let now = 0;
  let events = 0;

  const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

  function push(entry: Entry): void {
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Entry;
      if (!isBefore(entry, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  function pop(): Entry | undefined {
    const [top] = heap;
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Entry, heap[child] as Entry)) child += 1;
      if (!isBefore(heap[child] as Entry, last)) break;
      heap[index] = heap[child] as Entry;
      index = child;
    }
    heap[index] = last;
    return top;
  }

  return {
    now: () => now,
    after: (ms, work) => push({ at: now + Math.max(0, ms), order: random.next(), work }),
    async run(done, untilMs) {
      while (!done()) {
        const entry = pop();
        if (entry === undefined) return 'idle';
        if (entry.at > untilMs) {
          push(entry);
          return 'late';
        }
        now = entry.at;
        events += 1;
        entry.work();
        await settled();
      }
      return 'done';
    },
    get events() {
      return events;
    },
  };
}
