import { p2tr, Transaction as Signer } from '@scure/btc-signer';
import {
  hash160,
  multisigScript,
  p2pkhScript,
  p2shScript,
  parsePrivateKey,
  publicKeyOf,
  serializeTokens,
  serializeTransaction,
  sha256,
  type TransactionFields,
  type TransactionOutput,
} from '@virtualchain/bitcoin';
import { createKeyring, signTransaction, taprootScript } from '@virtualchain/wallet';

/** A kind of output, and how transactions that spend it are signed. */
export interface CoinKind {
  readonly script: Uint8Array;
  sign(transaction: TransactionFields, spent: readonly TransactionOutput[]): Uint8Array;
}

const [key, ...others] = ['a1', 'b2', 'c3'].map((byte) => parsePrivateKey(`${byte.repeat(32)}01`));
if (key === undefined) throw new TypeError('three keys');
const publicKey = publicKeyOf(key);
const multisig = multisigScript({ m: 2, publicKeys: [key, ...others].map(publicKeyOf) });
const keyring = createKeyring([key, ...others], [multisig]);
const OP_CHECKSIG = 0xac;

function ours(script: Uint8Array): CoinKind {
  return { script, sign: (transaction, spent) => signTransaction(transaction, spent, keyring) };
}

/** A key that nobody has, behind which only the scripts can be used (BIP341). */
const NOBODY = Uint8Array.from(Buffer.from('50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0', 'hex'));

/** A script of one signature in a leaf of taproot, signed by btc-signer. */
function tapscript(): CoinKind {
  const leaf = serializeTokens([publicKey.subarray(1), OP_CHECKSIG]);
  const payment = p2tr(NOBODY, { script: leaf }, undefined, true);
  return {
    script: payment.script,
    sign(transaction, spent) {
      const signer = Signer.fromRaw(serializeTransaction(transaction), { allowUnknownOutputs: true });
      for (const [index, { value, script }] of spent.entries()) {
        const { tapLeafScript, tapMerkleRoot } = payment;
        const leaves = { ...(tapLeafScript && { tapLeafScript }), ...(tapMerkleRoot && { tapMerkleRoot }) };
        signer.updateInput(index, { witnessUtxo: { amount: value, script }, tapInternalKey: NOBODY, ...leaves });
      }
      signer.sign(key?.bytes ?? new Uint8Array(32));
      signer.finalize();
      return signer.extract();
    },
  };
}

/** Every kind of output that the wallet signs, and tapscript. */
export const COIN_KINDS: Readonly<Record<string, CoinKind>> = {
  p2pkh: ours(p2pkhScript(hash160(publicKey))),
  p2pk: ours(serializeTokens([publicKey, OP_CHECKSIG])),
  multisig: ours(multisig),
  'p2sh multisig': ours(p2shScript(hash160(multisig))),
  'p2sh-p2wpkh': ours(p2shScript(hash160(serializeTokens([null, hash160(publicKey)])))),
  'p2sh-p2wsh': ours(p2shScript(hash160(serializeTokens([null, sha256(multisig)])))),
  p2wpkh: ours(serializeTokens([null, hash160(publicKey)])),
  p2wsh: ours(serializeTokens([null, sha256(multisig)])),
  'p2tr by key': ours(taprootScript(key)),
  'p2tr by tapscript': tapscript(),
};
