/**
 * Counts OP_RETURN payloads in the bytes of a block, with a reader of its own: nothing of the libraries is used, so that their
 * counts can be held to it.
 */
export interface PayloadCounts {
  readonly payloads: number;
  readonly bytes: number;
  /** How many payloads begin with each two bytes, as hex. */
  readonly byPrefix: Readonly<Record<string, number>>;
}

/** Counts over blocks, given as a node serialises them. */
export function countPayloads(blocks: readonly Uint8Array[]): PayloadCounts {
  const byPrefix: Record<string, number> = {};
  let payloads = 0;
  let bytes = 0;
  for (const block of blocks) {
    for (const payload of payloadsIn(Buffer.from(block))) {
      payloads += 1;
      bytes += payload.length;
      const prefix = payload.subarray(0, 2).toString('hex');
      byPrefix[prefix] = (byPrefix[prefix] ?? 0) + 1;
    }
  }
  return { payloads, bytes, byPrefix };
}

function* payloadsIn(block: Buffer): Iterable<Buffer> {
  let at = 80;
  const count = (): number => {
    const first = block.readUInt8(at);
    at += 1;
    if (first < 0xfd) return first;
    const size = first === 0xfd ? 2 : 4;
    at += size;
    return block.readUIntLE(at - size, size);
  };
  const skipped = (length: number): Buffer => {
    at += length;
    return block.subarray(at - length, at);
  };
  for (let transactions = count(); transactions > 0; transactions -= 1) {
    at += 4;
    const isSegwit = block[at] === 0 && block[at + 1] === 1;
    if (isSegwit) at += 2;
    const inputs = count();
    for (let input = 0; input < inputs; input += 1) {
      at += 36;
      skipped(count());
      at += 4;
    }
    let payload: Buffer | null = null;
    for (let outputs = count(); outputs > 0; outputs -= 1) {
      at += 8;
      const script = skipped(count());
      if (script[0] === 0x6a) payload = onlyPush(script.subarray(1));
    }
    for (let input = 0; isSegwit && input < inputs; input += 1)
      for (let items = count(); items > 0; items -= 1) skipped(count());
    at += 4;
    if (payload !== null) yield payload;
  }
}

/** What one push and nothing else pushes, as far as it goes; null for anything else. */
function onlyPush(script: Buffer): Buffer | null {
  const [opcode = 0] = script;
  if (opcode >= 1 && opcode <= 75) return script.length - 1 <= opcode ? script.subarray(1) : null;
  const size = { 76: 1, 77: 2, 78: 4 }[opcode];
  if (size === undefined) return null;
  const length = Buffer.concat([script.subarray(1, 1 + size), Buffer.alloc(size)]).readUIntLE(0, size);
  const data = script.subarray(1 + size);
  return data.length <= length ? data : null;
}
