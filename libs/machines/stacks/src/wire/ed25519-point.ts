import { bytesToHex, jacobi } from '@virtualchain/bitcoin';

/** The field that ed25519 is over, and d of its equation: -x² + y² = 1 + dx²y². */
const p = 2n ** 255n - 19n;
const d = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n;
const yBits = (1n << 255n) - 1n;

/**
 * Whether 32 bytes are a point, by the rules of ZIP 215: y beyond the field is taken modulo it, and a zero x may have a sign. Points of
 * small order are points.
 *
 * A point has x² = u / v, of which there is a root when uv is a square too; v is never zero. The root itself is wanted by nobody, so
 * that a block full of keys is read in a fraction of the time.
 */
export function isEd25519Point(bytes: Uint8Array): boolean {
  const y = BigInt(`0x${bytesToHex(bytes.toReversed())}`) & yBits;
  const yy = (y * y) % p;
  return jacobi((((yy - 1n) * (d * yy + 1n)) % p) + p, p) !== -1;
}
