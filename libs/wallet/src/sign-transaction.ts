import { schnorr } from '@noble/curves/secp256k1.js';
import { Transaction as SignerTransaction } from '@scure/btc-signer';
import {
  classifyScript,
  concatBytes,
  encodeDer,
  legacySighash,
  type PrivateKey,
  p2pkhScript,
  parseMultisig,
  publicKeyOf,
  pushBytes,
  SIGHASH,
  scriptTokens,
  segwitSighash,
  serializeTransaction,
  signDigest,
  type TransactionFields,
  type TransactionInput,
  type TransactionOutput,
  transactionFields,
  witnessProgram,
} from '@virtualchain/bitcoin';
import { ExpectedError } from '@virtualchain/kernel';
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

/** How an output is opened. Of the scripts, the innermost is the one that is run. */
interface Opening {
  readonly kind: 'p2pkh' | 'p2pk' | 'p2wpkh' | 'multisig' | 'taproot';
  readonly keys: readonly PrivateKey[];
  /** The script that is run: the output's own, the redeem script or the witness script. */
  readonly script: Uint8Array;
  readonly redeemScript?: Uint8Array;
  readonly witnessScript?: Uint8Array;
}

/**
 * The signed bytes of a transaction. `spent` are the outputs that its inputs spend, in order. Signatures cover everything
 * (SIGHASH_ALL, and DEFAULT for taproot). Inputs that already have a script or a witness stay as they are. Whether the
 * outputs hold more than the inputs is not looked at.
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
  const inputs = transaction.inputs.map((input, index) => {
    if (input.script.length > 0 || input.witness.length > 0) return input;
    const opening = openingOf((spent[index] as TransactionOutput).script, keyring, index);
    return { ...input, ...openedInput(transaction, spent, index, opening) };
  });
  return serializeTransaction({ ...transactionFields(transaction), inputs });
}

function openingOf(script: Uint8Array, keyring: Keyring, index: number, isWitness = false): Opening {
  const lacks = (what: string): never => {
    throw new InputUnsignable(index, what);
  };
  const program = witnessProgram(script);
  if (program?.version === 1 && program.program.length === 32) {
    const key = keyring.keyFor(program.program) ?? lacks('no key of this taproot output');
    return { kind: 'taproot', keys: [key], script };
  }
  const kind = classifyScript(script);
  const name = nameIn(script);
  switch (kind) {
    case 'p2pkh':
    case 'p2pk':
    case 'p2wpkh': {
      const key = keyring.keyFor(name) ?? lacks(`no key for ${kind}`);
      if (!key.isCompressed && (isWitness || kind === 'p2wpkh')) lacks('segwit takes compressed keys only');
      return { kind, keys: [key], script };
    }
    case 'multisig': {
      const keys = multisigKeys(script, keyring) ?? lacks('not enough keys for the multisig');
      if (isWitness && keys.some(({ isCompressed }) => !isCompressed)) lacks('segwit takes compressed keys only');
      return { kind, keys, script };
    }
    case 'p2sh': {
      const redeemScript = keyring.scriptFor(name) ?? lacks('no script of this hash');
      return { ...openingOf(redeemScript, keyring, index), redeemScript };
    }
    case 'p2wsh': {
      const witnessScript = keyring.scriptFor(name) ?? lacks('no script of this hash');
      return { ...openingOf(witnessScript, keyring, index, true), witnessScript };
    }
    default:
      return lacks('an output of unknown kind');
  }
}

/** The only push of a standard script: a public key, or a hash of one or of a script. */
function nameIn(script: Uint8Array): Uint8Array {
  return scriptTokens(script).find((token) => token instanceof Uint8Array) ?? new Uint8Array(0);
}

/** The first m keys of the script that the keyring has, or null when it has fewer. */
function multisigKeys(script: Uint8Array, keyring: Keyring): readonly PrivateKey[] | null {
  const multisig = parseMultisig(script);
  if (multisig === null) return null;
  const keys = multisig.publicKeys.flatMap((publicKey) => keyring.keyFor(publicKey) ?? []).slice(0, multisig.m);
  return keys.length === multisig.m ? keys : null;
}

type Opened = Pick<TransactionInput, 'script' | 'witness'>;

function openedInput(
  transaction: TransactionFields,
  spent: readonly TransactionOutput[],
  index: number,
  opening: Opening,
): Opened {
  const { kind, keys, script, redeemScript, witnessScript } = opening;
  if (kind === 'taproot') return { script: NOTHING, witness: [taprootSignature(transaction, spent, index, keys)] };
  const isSegwit = kind === 'p2wpkh' || witnessScript !== undefined;
  const spentValue = (spent[index] as TransactionOutput).value;
  const digest = isSegwit
    ? segwitSighash(transaction, index, { scriptCode: scriptCode(opening), amount: spentValue }, SIGHASH.ALL)
    : legacySighash(transaction, index, script, SIGHASH.ALL);
  const stack = stackFor(
    kind,
    keys,
    keys.map((key) => concatBytes(encodeDer(signDigest(digest, key.bytes)), Uint8Array.of(SIGHASH.ALL))),
  );
  const redeem = redeemScript === undefined ? [] : [redeemScript];
  if (!isSegwit) return { script: pushed([...stack, ...redeem]), witness: [] };
  return { script: pushed(redeem), witness: witnessScript === undefined ? stack : [...stack, witnessScript] };
}

const NOTHING = new Uint8Array(0);

/** BIP143 signs p2wpkh as if the output were p2pkh. */
function scriptCode({ kind, script }: Opening): Uint8Array {
  return kind === 'p2wpkh' ? p2pkhScript(nameIn(script)) : script;
}

/** What the script finds on the stack. OP_CHECKMULTISIG takes one item too many, which must be empty (BIP147). */
function stackFor(
  kind: Exclude<Opening['kind'], 'taproot'>,
  keys: readonly PrivateKey[],
  signatures: readonly Uint8Array[],
): readonly Uint8Array[] {
  switch (kind) {
    case 'p2pk':
      return signatures;
    case 'multisig':
      return [NOTHING, ...signatures];
    default:
      return [...signatures, ...keys.map(publicKeyOf)];
  }
}

function pushed(items: readonly Uint8Array[]): Uint8Array {
  return concatBytes(...items.map(pushBytes));
}

/** A key path signature (BIP341), which covers all spent outputs. */
function taprootSignature(
  { version, locktime, inputs, outputs }: TransactionFields,
  spent: readonly TransactionOutput[],
  index: number,
  keys: readonly PrivateKey[],
): Uint8Array {
  const signer = new SignerTransaction({
    version,
    lockTime: locktime,
    allowUnknownOutputs: true,
    allowUnknownInputs: true,
  });
  for (const [at, { txid, index: of, sequence }] of inputs.entries()) {
    const { value: amount, script } = spent[at] as TransactionOutput;
    signer.addInput({ txid, index: of, sequence, witnessUtxo: { amount, script } }, true);
  }
  for (const { value: amount, script } of outputs) signer.addOutput({ amount, script }, true);
  for (const { bytes } of keys) {
    signer.updateInput(index, { tapInternalKey: schnorr.getPublicKey(bytes) }, true);
    signer.signIdx(bytes, index);
  }
  const signature = signer.getInput(index).tapKeySig;
  if (signature === undefined) throw new InputUnsignable(index, 'no taproot signature was made');
  return signature;
}
