/** How far buffers outside of the heap may grow before garbage is collected, and how often they are looked at. */
export const EXTERNAL_GROWTH_BYTES_MAX = 16 * 1024 * 1024;
export const EXTERNAL_LOOK_MS = 5_000;
