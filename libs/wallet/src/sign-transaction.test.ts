import { describe, expect, test } from '@jest/globals';
import { schnorr } from '@noble/curves/secp256k1.js';
import { Transaction as ReferenceTransaction } from '@scure/btc-signer';
import {
  bytesToHex,
  hash160,
  hexToBytes,
  type KeyBundle,
  multisigBundle,
  multisigScript,
  type PrivateKey,
  p2pkhScript,
  p2shScript,
  parsePrivateKey,
  parseTransaction,
  publicKeyOf,
  type Sats,
  segwitBundle,
  serializeTokens,
  serializeTransaction,
  sha256,
  type TransactionFields,
  type Txid,
} from '@virtualchain/bitcoin';
import {
  bundleKeyring,
  createKeyring,
  InputUnsignable,
  type Keyring,
  signTransaction,
  taprootScript,
} from './index.ts';

const keyOf = (byte: string, isCompressed = true): PrivateKey =>
  parsePrivateKey(byte.repeat(32) + (isCompressed ? '01' : ''));
const [alice, bob, carol] = ['a1', 'b2', 'c3'].map((byte) => keyOf(byte)) as [PrivateKey, PrivateKey, PrivateKey];
const witnessScript = multisigScript({ m: 2, publicKeys: [alice, bob, carol].map(publicKeyOf) });
const OP_CHECKSIG = 0xac;

interface Kind {
  readonly script: Uint8Array;
  readonly keyring: Keyring;
  /** What `@scure/btc-signer` has to be told. */
  readonly more?: { readonly redeemScript?: Uint8Array; readonly witnessScript?: Uint8Array };
  readonly signers: readonly PrivateKey[];
}

function ofBundle(bundle: KeyBundle): Kind {
  const { redeemScript, kind, m, privateKeys } = bundle;
  return {
    script: p2shScript(hash160(redeemScript)),
    keyring: bundleKeyring(bundle),
    more: kind === 'p2sh-p2wsh' ? { redeemScript, witnessScript } : { redeemScript },
    signers: privateKeys.slice(0, m),
  };
}

const KINDS: Readonly<Record<string, Kind>> = {
  p2pkh: { script: p2pkhScript(hash160(publicKeyOf(alice))), keyring: createKeyring([alice]), signers: [alice] },
  p2pk: {
    script: serializeTokens([publicKeyOf(alice), OP_CHECKSIG]),
    keyring: createKeyring([bob, alice]),
    signers: [alice],
  },
  'p2sh multisig': ofBundle(multisigBundle(2, [alice, bob, carol])),
  'p2sh-p2wpkh': ofBundle(segwitBundle(1, [alice])),
  'p2sh-p2wsh': ofBundle(segwitBundle(2, [alice, bob, carol])),
  p2wpkh: {
    script: serializeTokens([null, hash160(publicKeyOf(alice))]),
    keyring: createKeyring([alice]),
    signers: [alice],
  },
  p2wsh: {
    script: serializeTokens([null, sha256(witnessScript)]),
    keyring: createKeyring([alice, bob, carol], [witnessScript]),
    more: { witnessScript },
    signers: [alice, bob],
  },
};

const unsigned: TransactionFields = {
  version: 2,
  inputs: [1, 2].map((mark) => ({
    txid: `${mark}`.repeat(64) as Txid,
    index: mark,
    script: new Uint8Array(0),
    sequence: 0xfffffffd,
    witness: [],
  })),
  outputs: [
    { value: 0n as Sats, script: hexToBytes('6a026b76') },
    { value: 90_000n as Sats, script: p2pkhScript(new Uint8Array(20)) },
  ],
  locktime: 7,
};

const spentOf = (script: Uint8Array) => unsigned.inputs.map(() => ({ value: 50_000n as Sats, script }));

/** The same transaction, signed and finished by `@scure/btc-signer` alone. Both derive nonces from key and digest. */
function signedByReference({ script, more = {}, signers }: Kind): Uint8Array {
  const reference = new ReferenceTransaction({
    version: unsigned.version,
    lockTime: unsigned.locktime,
    allowUnknownOutputs: true,
    allowLegacyWitnessUtxo: true,
    disableScriptCheck: true, // a bare p2pk
  });
  for (const { txid, index, sequence } of unsigned.inputs) {
    reference.addInput({ txid, index, sequence, witnessUtxo: { amount: 50_000n, script }, ...more });
  }
  for (const { value: amount, script: payTo } of unsigned.outputs) reference.addOutput({ amount, script: payTo });
  for (const { bytes } of signers) reference.sign(bytes);
  reference.finalize();
  return reference.extract();
}

test.each(Object.entries(KINDS))('%s is signed as btc-signer signs it, byte by byte', (_name, kind) => {
  const signed = signTransaction(unsigned, spentOf(kind.script), kind.keyring);
  expect(bytesToHex(signed)).toBe(bytesToHex(signedByReference(kind)));
});

test('p2tr is signed by key path, over all spent outputs', () => {
  const script = taprootScript(alice);
  const spent = [spentOf(script)[0], spentOf(p2pkhScript(hash160(publicKeyOf(bob))))[1]].filter((each) => !!each);
  const signed = parseTransaction(signTransaction(unsigned, spent, createKeyring([alice, bob])));
  const [signature] = signed.inputs[0]?.witness ?? [];
  if (signature === undefined) throw new TypeError('not signed');
  const reference = ReferenceTransaction.fromRaw(serializeTransaction(unsigned), { allowUnknownOutputs: true });
  const digest = reference.preimageWitnessV1(
    0,
    spent.map((each) => each.script),
    0,
    spent.map(({ value }) => value),
  );
  expect(schnorr.verify(signature, digest, script.subarray(2))).toBe(true);
  expect(signed.inputs[0]?.script.length).toBe(0);
  expect(signed.inputs[1]?.script.length).toBeGreaterThan(100);
});

describe('uncompressed keys', () => {
  const old = keyOf('d4', false);
  test('sign p2pkh with the whole public key', () => {
    const script = p2pkhScript(hash160(publicKeyOf(old)));
    const signed = parseTransaction(signTransaction(unsigned, spentOf(script), createKeyring([old])));
    expect(bytesToHex(signed.inputs[0]?.script ?? new Uint8Array(0))).toContain(bytesToHex(publicKeyOf(old)));
  });

  test('are refused behind segwit (BIP143)', () => {
    const hash = hash160(publicKeyOf(old));
    expect(() => signTransaction(unsigned, spentOf(serializeTokens([null, hash])), createKeyring([old]))).toThrow(
      'compressed',
    );
    const multisig = multisigScript({ m: 1, publicKeys: [publicKeyOf(old)] });
    const script = serializeTokens([null, sha256(multisig)]);
    expect(() => signTransaction(unsigned, spentOf(script), createKeyring([old], [multisig]))).toThrow('compressed');
  });
});

test('an input that is signed already stays as it is', () => {
  const { script, keyring } = KINDS['p2pkh'] as Kind;
  const [first, second] = unsigned.inputs;
  if (first === undefined || second === undefined) throw new TypeError('two inputs');
  const inputs = [{ ...first, script: hexToBytes('51') }, second];
  const signed = parseTransaction(signTransaction({ ...unsigned, inputs }, spentOf(script), keyring));
  expect(bytesToHex(signed.inputs[0]?.script ?? new Uint8Array(0))).toBe('51');
  expect(signed.inputs[1]?.script.length).toBeGreaterThan(100);
});

test.each([
  ['without the key', p2pkhScript(new Uint8Array(20))],
  ['without the script', p2shScript(new Uint8Array(20))],
  ['without enough keys', multisigScript({ m: 2, publicKeys: [alice, bob].map(publicKeyOf) })],
  ['of no kind', hexToBytes('51')],
  ['of a taproot key that is not here', taprootScript(bob)],
])('an output %s is refused by name', (_what, script) => {
  expect(() => signTransaction(unsigned, spentOf(script), createKeyring([alice]))).toThrow(InputUnsignable);
});
