import type { BlockHash } from '../encoding/brand.ts';
import { compactSizeBytes, concatBytes, reverseBytes, uint32Bytes } from '../encoding/bytes.ts';
import { doubleSha256 } from '../encoding/hashing.ts';
import { hexToBytes } from '../encoding/hex.ts';

/** What every message between peers of the main network starts with. */
const MAINNET_MAGIC = Uint8Array.of(0xf9, 0xbe, 0xb4, 0xd9);
/** The version the original spoke. */
const protocolVersion = 60002;
const commandBytes = 12;

/** The `getheaders` message of a peer of the main network: headers above the newest of `locator`, up to `stop`. */
export function getHeadersMessage(locator: readonly BlockHash[], stop: BlockHash): Uint8Array {
  const payload = concatBytes(
    uint32Bytes(protocolVersion),
    compactSizeBytes(locator.length),
    ...[...locator, stop].map((hash) => reverseBytes(hexToBytes(hash))),
  );
  const command = new Uint8Array(commandBytes);
  command.set(new TextEncoder().encode('getheaders'));
  const checksum = doubleSha256(payload).subarray(0, 4);
  return concatBytes(MAINNET_MAGIC, command, uint32Bytes(payload.length), checksum, payload);
}
