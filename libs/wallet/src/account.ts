import { schnorr } from '@noble/curves/secp256k1.js';
import { p2ms, p2pkh, p2sh, p2tr, p2wpkh } from '@scure/btc-signer';
import { addressOfScript, multisigScript, type NetworkName, type PrivateKey, publicKeyOf } from '@virtualchain/bitcoin';
import { createKeyring, type Keyring, taprootScript } from './keyring.ts';

/** The kinds of accounts, by what their outputs look like. */
export type AccountKind = 'p2pkh' | 'p2sh-multisig' | 'p2sh-p2wpkh' | 'p2wpkh' | 'p2tr';
/** All kinds of accounts. */
export const accountKinds: readonly AccountKind[] = ['p2pkh', 'p2sh-multisig', 'p2sh-p2wpkh', 'p2wpkh', 'p2tr'];

/** What coin selection must know of an input beside its coin, to tell its size. */
export interface InputShape {
  readonly redeemScript?: Uint8Array;
  readonly tapInternalKey?: Uint8Array;
}

/** Keys, and the one script that they receive on. */
export interface Account {
  readonly kind: AccountKind;
  readonly network: NetworkName;
  readonly script: Uint8Array;
  readonly address: string;
  readonly keyring: Keyring;
  readonly shape: InputShape;
}

/**
 * An account of one key, or of several with `m` of them needed (p2sh multisig, keys in the order given).
 *
 * @throws RangeError when the keys do not fit the kind.
 */
export function createAccount(kind: AccountKind, keys: readonly PrivateKey[], network: NetworkName, m = 1): Account {
  const [key] = keys;
  if (key === undefined) throw new RangeError('an account needs a key');
  if (kind !== 'p2sh-multisig' && keys.length > 1)
    throw new RangeError(`${kind} has one key, ${keys.length} were given`);
  if (kind.endsWith('wpkh') && !key.isCompressed)
    throw new RangeError(
      `${kind} takes a compressed key only: write it as WIF of a compressed key, or as hex with 01 after its 64 digits`,
    );
  const publicKeys = keys.map(publicKeyOf);
  const publicKey = publicKeyOf(key);
  const made = (script: Uint8Array, shape: InputShape = {}, scripts: readonly Uint8Array[] = []): Account => ({
    kind,
    network,
    script,
    address: addressOfScript(script, network) ?? '',
    keyring: createKeyring(keys, scripts),
    shape,
  });
  switch (kind) {
    case 'p2pkh':
      return made(p2pkh(publicKey).script);
    case 'p2wpkh':
      return made(p2wpkh(publicKey).script);
    case 'p2sh-p2wpkh': {
      const inner = p2wpkh(publicKey);
      return made(p2sh(inner).script, { redeemScript: inner.script });
    }
    case 'p2tr': {
      const tapInternalKey = schnorr.getPublicKey(key.bytes);
      p2tr(tapInternalKey);
      return made(taprootScript(key), { tapInternalKey });
    }
    case 'p2sh-multisig': {
      if (m < 1 || m > keys.length) throw new RangeError(`${m} of ${keys.length} keys cannot sign`);
      const redeemScript = multisigScript({ m, publicKeys });
      return made(p2sh(p2ms(m, [...publicKeys])).script, { redeemScript }, [redeemScript]);
    }
  }
}
