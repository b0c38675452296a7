import { schnorr } from '@noble/curves/secp256k1.js';
import {
  decodeDer,
  legacySighash,
  lowS,
  pushBytes,
  segwitSighash,
  type TransactionOutput,
  verifyDigest,
} from '@virtualchain/bitcoin';
import { findAndDelete } from './script-code.ts';
import { must } from './script-failed.ts';
import type { Spend, Strictness } from './spend.ts';
import { isTaprootHashType, type TaprootSigned, taprootSighash } from './taproot-sighash.ts';

/** How a script that is run wants its ECDSA signatures checked. */
export interface EcdsaGround {
  readonly spend: Spend;
  readonly version: 'legacy' | 'segwit';
}

/** What a legacy signature covers leaves out the signatures that are checked. @throws ScriptFailed FindAndDelete */
export function codeWithout(code: Uint8Array, signatures: readonly Uint8Array[], { spend, version }: EcdsaGround) {
  if (version === 'segwit') return code;
  let left = code;
  for (const signature of signatures) left = findAndDelete(left, pushBytes(signature));
  must(left === code || spend.strictness === 'consensus', 'findAndDelete');
  return left;
}

/** Whether the signature, its type of hash at its end, is right. @throws ScriptFailed for an encoding that is not allowed. */
export function checkEcdsa(
  ground: EcdsaGround,
  code: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  const { spend, version } = ground;
  checkSignatureEncoding(signature, spend.strictness);
  if (spend.strictness === 'standard') checkKeyEncoding(publicKey, version);
  if (signature.length === 0) return false;
  const parsed = decodeDer(signature.subarray(0, -1));
  if (parsed === null) return false;
  const hashType = signature.at(-1) as number;
  const { transaction, index, spent } = spend;
  const digest =
    version === 'legacy'
      ? legacySighash(transaction, index, code, hashType)
      : segwitSighash(
          transaction,
          index,
          { scriptCode: code, amount: (spent[index] as TransactionOutput).value },
          hashType,
        );
  return verifyDigest(parsed, digest, withoutHybrid(publicKey));
}

/** Consensus takes keys of 65 bytes that begin with 6 or 7 and the parity of y. What has the wrong one stays as it is. */
function withoutHybrid(publicKey: Uint8Array): Uint8Array {
  const [kind] = publicKey;
  const isHybrid = publicKey.length === 65 && (kind === 6 || kind === 7);
  if (!isHybrid || ((publicKey[64] as number) & 1) !== kind - 6) return publicKey;
  return Uint8Array.of(4, ...publicKey.subarray(1));
}

const HASH_TYPE_FLAGS = 0x80;

function checkSignatureEncoding(signature: Uint8Array, strictness: Strictness): void {
  if (signature.length === 0) return;
  must(isStrictDer(signature), 'sigDer');
  if (strictness === 'consensus') return;
  const parsed = decodeDer(signature.subarray(0, -1));
  must(parsed === null || lowS(parsed).s === parsed.s, 'sigHighS');
  const kind = (signature.at(-1) as number) & ~HASH_TYPE_FLAGS;
  must(kind >= 1 && kind <= 3, 'sigHashType');
}

function checkKeyEncoding(publicKey: Uint8Array, version: EcdsaGround['version']): void {
  const [kind] = publicKey;
  const isCompressed = publicKey.length === 33 && (kind === 2 || kind === 3);
  must(isCompressed || (publicKey.length === 65 && kind === 4), 'pubkeyType');
  must(isCompressed || version === 'legacy', 'witnessPubkeyType');
}

/** BIP66, with the type of hash at the end: `30 length 02 length r 02 length s type`, numbers positive and minimal. */
function isStrictDer(signature: Uint8Array): boolean {
  const at = (index: number): number => signature[index] ?? 0;
  const { length } = signature;
  if (length < 9 || length > 73) return false;
  if (at(0) !== 0x30 || at(1) !== length - 3) return false;
  const rLength = at(3);
  if (5 + rLength >= length) return false;
  const sLength = at(5 + rLength);
  if (rLength + sLength + 7 !== length) return false;
  const isNumber = (start: number, size: number): boolean =>
    at(start) === 2 &&
    size > 0 &&
    (at(start + 2) & 0x80) === 0 &&
    !(size > 1 && at(start + 2) === 0 && (at(start + 3) & 0x80) === 0);
  return isNumber(2, rLength) && isNumber(rLength + 4, sLength);
}

/** @throws ScriptFailed unless it is right: on taproot a wrong signature cannot be tolerated. */
export function checkSchnorr(spend: Spend, signed: TaprootSigned, signature: Uint8Array, publicKey: Uint8Array): void {
  must(signature.length === 64 || signature.length === 65, 'schnorrSigSize');
  const hashType = signature.length === 65 ? (signature[64] as number) : 0;
  must(signature.length === 64 || hashType !== 0, 'schnorrSigHashType');
  must(isTaprootHashType(hashType), 'schnorrSigHashType');
  const digest = taprootSighash(spend, signed, hashType);
  must(digest !== null, 'schnorrSigHashType');
  must(isSchnorr(signature.subarray(0, 64), digest, publicKey), 'schnorrSig');
}

function isSchnorr(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    return schnorr.verify(signature, digest, publicKey);
  } catch {
    return false;
  }
}
