import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { COLLECTING_SHARE_MAX, EXTERNAL_GROWTH_BYTES_MAX, EXTERNAL_LOOK_MS, HEAP_GROWING_PERCENT } from './limits.ts';

let isKept = false;

/**
 * Lets every object begin among the young. By itself V8 makes some kinds among the old, where those it made before lived for a
 * while; what a fold makes lives as long as a block, and one old object of that, dead as it is, keeps all young ones to which it
 * points until the old are collected: a fold then spends half of its time on garbage.
 */
export function startYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}

/**
 * Keeps what a process that runs for long takes near what it works with, at the cost of more collections: a process that folds
 * takes a third more CPU time with the percentage that serves the others.
 */
export function keepHeapLevel(growingPercent = HEAP_GROWING_PERCENT): void {
  if (isKept) return;
  isKept = true;
  startYoung();
  setFlagsFromString(`--heap-growing-percent=${growingPercent}`);
  collectOutside();
}

/**
 * Has garbage collected where buffers outside of the heap have grown: V8 itself waits for 64 MB of them, and the allocator keeps
 * the room that these once took. Most die young, so that the young are collected first, which is cheap, and the rest where that
 * was not enough.
 */
function collectOutside(): void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as (options?: { readonly type: 'minor' }) => void;
  const young = withinShare(() => gc({ type: 'minor' }));
  const all = withinShare(() => gc());
  let kept = process.memoryUsage().external;
  const hasGrown = (): boolean => {
    const { external } = process.memoryUsage();
    kept = Math.min(kept, external);
    return external >= kept + EXTERNAL_GROWTH_BYTES_MAX;
  };
  const look = (): void => {
    if (!hasGrown()) return;
    young();
    if (hasGrown() && all()) kept = process.memoryUsage().external;
  };
  setInterval(look, EXTERNAL_LOOK_MS).unref();
}

/** Does it, unless that would take more than its share of the time; whether it was done. */
function withinShare(collect: () => void): () => boolean {
  let next = 0;
  return () => {
    const began = performance.now();
    if (began < next) return false;
    collect();
    next = began + (performance.now() - began) / COLLECTING_SHARE_MAX;
    return true;
  };
}
