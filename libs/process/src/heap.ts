import { setFlagsFromString } from 'node:v8';

/**
 * How far the heap may grow, in percent of what is in use after a collection, before the next one. By itself V8 lets it grow to
 * several times that while much passes through, and the process keeps what it once took.
 */
const HEAP_GROWING_PERCENT = 30;

/** Keeps the heap of a process that runs for long near what it works with, at the cost of more collections. */
export function keepHeapLevel(): void {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
}
