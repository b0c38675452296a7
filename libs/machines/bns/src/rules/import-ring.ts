import { childPublicKeys, encodeBase58Check, hash160, hexToBytes } from '@virtualchain/bitcoin';
import type { BnsParameters } from '../parameters.ts';
import { keyOf } from './sender-key.ts';

/**
 * The addresses that may import into a namespace: that of the key as it was pushed, and those of its unhardened
 * children, whose chain code is all zero.
 */
export function importRing(
  publicKey: string,
  { importKeys, addressVersions }: Pick<BnsParameters, 'importKeys' | 'addressVersions'>,
): readonly string[] {
  const own = keyOf(hexToBytes(publicKey));
  return [own, ...childPublicKeys(own, importKeys)].map((key) =>
    encodeBase58Check(addressVersions.p2pkh, hash160(key)),
  );
}
