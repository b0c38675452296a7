import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { COLLECTING_SHARE_MAX, EXTERNAL_GROWTH_BYTES_MAX, EXTERNAL_LOOK_MS, HEAP_GROWING_PERCENT } from './limits.ts';

let isKept = false;

/**
 * Keeps what a process that runs for long takes near what it works with, at the cost of more collections: a process that folds
 * takes a third more CPU time with the percentage that serves the others.
 */
export function keepHeapLevel(growingPercent = HEAP_GROWING_PERCENT): void {
  if (isKept) return;
  isKept = true;
  setFlagsFromString(`--heap-growing-percent=${growingPercent}`);
  collectOutside();
}

/**
 * Has garbage collected where buffers outside of the heap have grown: V8 itself waits for 64 MB of them, and the allocator keeps
 * the room that these once took.
 */
function collectOutside(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  let kept = process.memoryUsage().external;
  let next = 0;
  const look = (): void => {
    const { external } = process.memoryUsage();
    kept = Math.min(kept, external);
    const began = performance.now();
    if (external < kept + EXTERNAL_GROWTH_BYTES_MAX || began < next) return;
    collect();
    kept = process.memoryUsage().external;
    next = began + (performance.now() - began) / COLLECTING_SHARE_MAX;
  };
  setInterval(look, EXTERNAL_LOOK_MS).unref();
}
