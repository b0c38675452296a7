import { schnorr } from '@noble/curves/secp256k1.js';
import { p2tr } from '@scure/btc-signer';
import {
  bytesToHex,
  hash160,
  type KeyBundle,
  type PrivateKey,
  publicKeyOf,
  serializeTokens,
  sha256,
} from '@virtualchain/bitcoin';

/** Private keys by what scripts name them by, and the scripts that hashes in outputs stand for. */
export interface Keyring {
  /** The key of a public key, of its hash160, or of its taproot output key. */
  keyFor(name: Uint8Array): PrivateKey | undefined;
  /** The script that a p2sh output (its hash160) or a p2wsh output (its sha256) stands for. */
  scriptFor(hash: Uint8Array): Uint8Array | undefined;
}

/** The p2wpkh script inside p2sh is known for every compressed key; other scripts are given. */
export function createKeyring(privateKeys: readonly PrivateKey[], scripts: readonly Uint8Array[] = []): Keyring {
  const keys = new Map<string, PrivateKey>();
  const known = new Map<string, Uint8Array>();
  const learn = (script: Uint8Array): void => {
    known.set(bytesToHex(hash160(script)), script);
    known.set(bytesToHex(sha256(script)), script);
  };
  for (const key of privateKeys) {
    const publicKey = publicKeyOf(key);
    const names = [publicKey, hash160(publicKey), taprootScript(key).subarray(2)];
    for (const name of names) keys.set(bytesToHex(name), key);
    if (key.isCompressed) learn(serializeTokens([null, hash160(publicKey)]));
  }
  for (const script of scripts) {
    learn(script);
    learn(serializeTokens([null, sha256(script)]));
  }
  return {
    keyFor: (name) => keys.get(bytesToHex(name)),
    scriptFor: (hash) => known.get(bytesToHex(hash)),
  };
}

/** The keys and the script of a bundle. */
export function bundleKeyring({ privateKeys, multisigScript }: KeyBundle): Keyring {
  return createKeyring(privateKeys, multisigScript === null ? [] : [multisigScript]);
}

/** The p2tr output script that a key opens by key path (BIP86: tweaked, without scripts). */
export function taprootScript({ bytes }: PrivateKey): Uint8Array {
  return p2tr(schnorr.getPublicKey(bytes)).script;
}
