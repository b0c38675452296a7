import { schnorr } from '@noble/curves/secp256k1.js';
import { Transaction as SignerTransaction } from '@scure/btc-signer';
import {
  classifyScript,
  concatBytes,
  encodeDer,
  ExpectedError,
  parseMultisig,
  type PrivateKey,
  publicKeyOf,
  type ScriptToken,
  scriptTokens,
  SIGHASH,
  serializeTransaction,
  signDigest,
  type TransactionFields,
  type TransactionOutput,
  witnessProgram,
} from '@virtualchain/bitcoin';
import type { Keyring } from './keyring.ts';

/** The keyring lacks a key or a script, or the output is of a kind that is not signed here. */
export class InputUnsignable extends ExpectedError {
  override readonly name = 'InputUnsignable';
  readonly code = 'INPUT_UNSIGNABLE';
  readonly remedy = 'halt';

  constructor(index: number, why: string) {
    super(`input ${index} cannot be signed: ${why}`);
  }
}

/** How an output is opened: by which keys, and by the scripts its hashes stand for. */
interface Opening {
  readonly keys: readonly PrivateKey[];
  readonly redeemScript?: Uint8Array;
  readonly witnessScript?: Uint8Array;
  readonly isTaproot?: boolean;
}

/**
 * The signed bytes of a transaction. `spent` are the outputs that its inputs spend, in order. Signatures cover everything
 * (SIGHASH_ALL, and DEFAULT for taproot). Inputs that already have a script or a witness stay as they are.
 * @throws InputUnsignable
 */
export function signTransaction(
  transaction: TransactionFields,
  spent: readonly TransactionOutput[],
  keyring: Keyring,
): Uint8Array {
  if (spent.length !== transaction.inputs.length) {
    throw new RangeError(`${transaction.inputs.length} inputs spend ${spent.length} outputs`);
  }
  const signer = new SignerTransaction({
    version: transaction.version,
    lockTime: transaction.locktime,
    allowUnknownOutputs: true,
    allowUnknownInputs: true,
    allowLegacyWitnessUtxo: true,
    disableScriptCheck: true,
  });
  const openings = transaction.inputs.map(({ txid, index, sequence, script, witness }, at) => {
    const output = spent[at] as TransactionOutput;
    const witnessUtxo = { amount: output.value, script: output.script };
    signer.addInput({ txid, index, sequence, witnessUtxo }, true);
    return script.length > 0 || witness.length > 0 ? null : openingOf(output.script, keyring, at);
  });
  for (const { value, script } of transaction.outputs) signer.addOutput({ amount: value, script }, true);
  const inputs = transaction.inputs.map((input, at) => {
    const opening = openings[at];
    return opening ? { ...input, ...signedInput(signer, at, opening) } : input;
  });
  return serializeTransaction({ ...transaction, inputs });
}

function openingOf(script: Uint8Array, keyring: Keyring, index: number, isWitness = false): Opening {
  const lacks = (what: string): never => {
    throw new InputUnsignable(index, what);
  };
  const program = witnessProgram(script);
  if (program?.version === 1 && program.program.length === 32) {
    return { keys: [keyring.keyFor(program.program) ?? lacks('no key of this taproot output')], isTaproot: true };
  }
  const kind = classifyScript(script);
  const tokens = scriptTokens(script);
  switch (kind) {
    case 'p2pkh':
    case 'p2pk':
    case 'p2wpkh': {
      const key = keyring.keyFor(nameIn(tokens)) ?? lacks(`no key for ${kind}`);
      if (!key.isCompressed && (isWitness || kind === 'p2wpkh')) lacks('segwit takes compressed keys only');
      return { keys: [key] };
    }
    case 'multisig':
      return { keys: multisigKeys(script, keyring) ?? lacks('not enough keys for the multisig') };
    case 'p2sh': {
      const redeemScript = keyring.scriptFor(nameIn(tokens)) ?? lacks('no script of this hash');
      return { ...openingOf(redeemScript, keyring, index), redeemScript };
    }
    case 'p2wsh': {
      const witnessScript = keyring.scriptFor(nameIn(tokens)) ?? lacks('no script of this hash');
      return { ...openingOf(witnessScript, keyring, index, true), witnessScript };
    }
    default:
      return lacks('an output of unknown kind');
  }
}

/** The only push of a standard script: a public key, or a hash of one or of a script. */
function nameIn(tokens: readonly ScriptToken[]): Uint8Array {
  return tokens.find((token) => token instanceof Uint8Array) ?? new Uint8Array(0);
}

/** The first m keys of the script that the keyring has, or null when it has fewer. */
function multisigKeys(script: Uint8Array, keyring: Keyring): readonly PrivateKey[] | null {
  const multisig = parseMultisig(script);
  if (multisig === null) return null;
  const keys = multisig.publicKeys.flatMap((publicKey) => keyring.keyFor(publicKey) ?? []).slice(0, multisig.m);
  return keys.length === multisig.m ? keys : null;
}

function signedInput(
  signer: SignerTransaction,
  index: number,
  { keys, redeemScript, witnessScript, isTaproot }: Opening,
): { readonly script: Uint8Array; readonly witness: readonly Uint8Array[] } {
  const [first] = keys;
  if (isTaproot && first) signer.updateInput(index, { tapInternalKey: schnorr.getPublicKey(first.bytes) }, true);
  if (redeemScript) signer.updateInput(index, { redeemScript }, true);
  if (witnessScript) signer.updateInput(index, { witnessScript }, true);
  for (const key of keys) {
    if (key.isCompressed || isTaproot) signer.signIdx(key.bytes, index);
    else signUncompressed(signer, index, key, redeemScript);
  }
  signer.finalizeIdx(index);
  const { finalScriptSig, finalScriptWitness } = signer.getInput(index);
  return { script: finalScriptSig ?? new Uint8Array(0), witness: finalScriptWitness ?? [] };
}

/** `@scure/btc-signer` signs for compressed keys only; it computes the digest and finishes the input here too. */
function signUncompressed(
  signer: SignerTransaction,
  index: number,
  key: PrivateKey,
  redeemScript: Uint8Array | undefined,
): void {
  const script = redeemScript ?? signer.getInput(index).witnessUtxo?.script;
  if (script === undefined) throw new InputUnsignable(index, 'no script to sign for');
  const digest = signer['preimageLegacy'](index, script, SIGHASH.ALL);
  const signature = concatBytes(encodeDer(signDigest(digest, key.bytes)), Uint8Array.of(SIGHASH.ALL));
  signer.updateInput(index, { partialSig: [[publicKeyOf(key), signature]] }, true);
}
