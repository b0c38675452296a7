/**
 * How far the heap may grow, in percent of what is in use after a collection, before the next one. By itself V8 lets it grow to
 * several times that while much passes through, and the process keeps what it once took.
 */
export const HEAP_GROWING_PERCENT = 30;
/** How far buffers outside of the heap may grow before garbage is collected, and how often that is looked at. */
export const EXTERNAL_GROWTH_BYTES_MAX = 4 * 1024 * 1024;
export const EXTERNAL_LOOK_MS = 200;
/** The part of the time that collecting the young may take, and that collecting everything may. */
export const COLLECTING_SHARE_MAX = 0.02;
