import { childPublicKeys, encodeBase58Check, hash160, hexToBytes } from '@virtualchain/bitcoin';
import type { BnsParameters } from '../parameters.ts';
import { Remembered } from './remembered.ts';
import { keyOf } from './sender-key.ts';

/**
 * The addresses that may import into a namespace: that of the key as it was pushed, and those of its unhardened
 * children, whose chain code is all zero.
 */
export function importRing(publicKey: string, rules: RingRules): readonly string[] {
  const rings = known.get(rules) ?? new Remembered<readonly string[]>(ringsKeptMax);
  known.set(rules, rings);
  const found = rings.get(publicKey);
  if (found !== undefined) return found;
  const ring = deriveRing(publicKey, rules);
  rings.keep(publicKey, ring);
  return ring;
}

type RingRules = Pick<BnsParameters, 'importKeys' | 'addressVersions'>;

/** Rings that are remembered: three hundred keys take a third of a second, and a reorganisation or a replay asks again. */
const ringsKeptMax = 100;
const known = new WeakMap<RingRules, Remembered<readonly string[]>>();

function deriveRing(publicKey: string, { importKeys, addressVersions }: RingRules): readonly string[] {
  const own = keyOf(hexToBytes(publicKey));
  return [own, ...childPublicKeys(own, importKeys)].map((key) =>
    encodeBase58Check(addressVersions.p2pkh, hash160(key)),
  );
}
