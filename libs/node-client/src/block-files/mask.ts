/** Takes the mask off bytes that stand at `position` of their file, in place. */
export function unmask(bytes: Uint8Array, mask: Uint8Array, position: number): Uint8Array {
  if (mask.length === 0) return bytes;
  for (let i = 0; i < bytes.length; i += 1)
    bytes[i] = (bytes[i] as number) ^ (mask[(position + i) % mask.length] as number);
  return bytes;
}
