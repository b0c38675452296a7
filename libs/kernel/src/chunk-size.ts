const SMALLEST = 1_024;
const LARGEST = 128 * 1_024;

/**
 * How much room zlib takes at a time for about so many bytes of output. By itself it takes 64 kB, which the few bytes that come out
 * of it then hold until garbage is collected.
 */
export function chunkSizeFor(bytes: number): number {
  return Math.min(LARGEST, Math.max(SMALLEST, bytes));
}
