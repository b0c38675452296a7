import type { NetworkName } from '../block/network.ts';
import { hash160, sha256 } from '../encoding/hashing.ts';
import { addressOfTarget } from '../script/address-script.ts';
import { OP_0 } from '../script/opcodes.ts';
import { multisigScript, pushBytes, serializeTokens } from '../script/write-script.ts';
import { type PrivateKey, publicKeyOf } from './private-key.ts';

/**
 * The keys of one owner and the script that they open. A p2sh bundle pays to the hash of its multisig script; a segwit
 * one to the hash of a witness script, for one key p2sh-p2wpkh and for several p2sh-p2wsh.
 */
export interface KeyBundle {
  readonly kind: 'p2sh' | 'p2sh-p2wpkh' | 'p2sh-p2wsh';
  readonly m: number;
  readonly privateKeys: readonly PrivateKey[];
  /** What the p2sh address is the hash of. */
  readonly redeemScript: Uint8Array;
  /** The multisig script; of p2sh-p2wpkh there is none. */
  readonly multisigScript: Uint8Array | null;
}

/** Keys of which m must sign, behind a p2sh address. The keys keep their order and their form. */
export function multisigBundle(m: number, privateKeys: readonly PrivateKey[]): KeyBundle {
  const script = multisigScript({ m, publicKeys: privateKeys.map(publicKeyOf) });
  return { kind: 'p2sh', m, privateKeys, redeemScript: script, multisigScript: script };
}

/** The same behind segwit. Its public keys are always compressed (BIP143). */
export function segwitBundle(m: number, keys: readonly PrivateKey[]): KeyBundle {
  const privateKeys = keys.map(({ bytes }) => ({ bytes, isCompressed: true }));
  const publicKeys = privateKeys.map(publicKeyOf);
  const [only] = publicKeys;
  if (only !== undefined && publicKeys.length === 1 && m === 1) {
    const redeemScript = serializeTokens([null, hash160(only)]);
    return { kind: 'p2sh-p2wpkh', m, privateKeys, redeemScript, multisigScript: null };
  }
  const script = multisigScript({ m, publicKeys });
  const redeemScript = Uint8Array.of(OP_0, ...pushBytes(sha256(script)));
  return { kind: 'p2sh-p2wsh', m, privateKeys, redeemScript, multisigScript: script };
}

/**
 * The p2sh address: of the redeem script itself. The original hashed the push of it for p2sh-p2wpkh, and so named an
 * address that its own keys do not open (spec §11 row 12).
 */
export function bundleAddress({ redeemScript }: KeyBundle, network: NetworkName): string {
  return addressOfTarget({ kind: 'p2sh', hash: hash160(redeemScript) }, network);
}

const signatureBytesMax = 74;

/** Bytes of a p2pkh input's signature script, as the original estimated them. */
export function keySignatureBytes(publicKey: Uint8Array): number {
  return 71 + publicKey.length + 4;
}

/**
 * Virtual bytes of a bundle's signatures, by the original's formula (spec §7). Its number for p2sh-p2wpkh was inflated by
 * witnesses encoded twice (spec §11 row 2); this one has the witness as it is.
 */
export function bundleSignatureBytes({ kind, m, redeemScript, multisigScript }: KeyBundle): number {
  const signatures = signatureBytesMax * m;
  if (kind === 'p2sh') return 6 + redeemScript.length + signatures;
  const base = 6 + 1 + redeemScript.length;
  const witness = multisigScript === null ? 1 + (1 + signatures) + (1 + 33) : multisigScript.length + signatures;
  return Math.round((3 * base + base + witness) / 4);
}
