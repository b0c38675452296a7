const SMALLEST = 1_024;
const LARGEST = 128 * 1_024;
/** What a frame says of itself is believed up to here. */
const LARGEST_TOLD = 1_024 * 1_024;

/**
 * How much room zlib takes at a time for about so many bytes of output. By itself it takes 64 kB, which the few bytes that come out
 * of it then hold until garbage is collected.
 */
export function chunkSizeFor(bytes: number): number {
  return Math.min(LARGEST, Math.max(SMALLEST, bytes));
}

/**
 * How much room at a time for what comes out of a zstd frame: all of it and a byte, where the frame says how much that is, so that
 * zlib finds itself done without a second piece and a copy of both; otherwise as for `ratio` times what goes in.
 */
export function chunkSizeOfFrame(frame: Uint8Array, ratio: number): number {
  const told = contentSizeOf(frame);
  return told === null || told > LARGEST_TOLD ? chunkSizeFor(ratio * frame.length) : Math.max(SMALLEST, told + 1);
}

const MAGIC = 0xfd2fb528;
/** Bytes of the dictionary's id and of the content's size, by the two bits of the descriptor that tell of each. */
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const;

/**
 * What a zstd frame's head says of the size of its content, in bytes (RFC 8878, 3.1.1.1); null where it says nothing, or where this
 * is no frame.
 */
export function contentSizeOf(frame: Uint8Array): number | null {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.byteLength < 5 || view.getUint32(0, true) !== MAGIC) return null;
  const descriptor = view.getUint8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const bytes = CONTENT_SIZE_BYTES[(descriptor >> 6) as 0 | 1 | 2 | 3] || (isSingleSegment ? 1 : 0);
  const at = 5 + (isSingleSegment ? 0 : 1) + DICTIONARY_ID_BYTES[(descriptor & 3) as 0 | 1 | 2 | 3];
  if (bytes === 0 || view.byteLength < at + bytes) return null;
  switch (bytes) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true) + 256;
    case 4:
      return view.getUint32(at, true);
    default:
      return Number(view.getBigUint64(at, true));
  }
}
