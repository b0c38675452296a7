import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  addressOfScript,
  addressOfTarget,
  bytesToHex,
  DataTooLong,
  dataScript,
  decodeDer,
  decodeSegwitAddress,
  encodeDer,
  encodeSegwitAddress,
  encodeWif,
  hexToBytes,
  legacySighash,
  multisigScript,
  PrivateKeyInvalid,
  parseAddress,
  parseMultisig,
  parsePrivateKey,
  parseScriptText,
  parseSignatureText,
  parseTransaction,
  privateKeyHex,
  publicKeyOf,
  reencodeAddress,
  reversedHex,
  type ScriptToken,
  SIGHASH,
  scriptOfTarget,
  scriptText,
  scriptTokens,
  segwitSighash,
  serializeTokens,
  signatureText,
  signDigest,
  verifyDigest,
} from '../index.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const anyToken: fc.Arbitrary<ScriptToken> = fc.oneof(
  fc.constant(null),
  fc.integer({ min: -1, max: 16 }),
  fc.integer({ min: 97, max: 255 }),
  fc.uint8Array({ minLength: 1, maxLength: 300 }),
);

test('tokens survive serialise and parse', () =>
  fc.assert(
    fc.property(fc.array(anyToken, { maxLength: 8 }), (tokens) => {
      expect(scriptTokens(serializeTokens(tokens))).toEqual(tokens);
    }),
  ));

test('a script of named opcodes and pushes survives its text form', () => {
  const script = hexToBytes(`76a914${'11'.repeat(20)}88ac`);
  expect(parseScriptText(scriptText(script))).toEqual(script);
  for (const text of ['', 'OP_0', 'OP_NOPE', 'abc', 'AB', '61  62']) expect(() => parseScriptText(text)).toThrow();
});

test('every address pays to a script that has the address, on every network', () =>
  fc.assert(
    fc.property(
      fc.oneof(
        bytes(20).map((hash) => ({ kind: 'p2pkh', hash }) as const),
        bytes(20).map((hash) => ({ kind: 'p2sh', hash }) as const),
        bytes(20).map((program) => ({ kind: 'witness', version: 0, program }) as const),
        fc.tuple(fc.integer({ min: 0, max: 16 }), bytes(32)).map(([version, program]) => {
          return { kind: 'witness', version, program } as const;
        }),
      ),
      (target) => {
        for (const network of ['mainnet', 'testnet4', 'regtest']) {
          const address = addressOfTarget(target, network);
          expect(parseAddress(address, network)).toEqual(target);
          expect(addressOfScript(scriptOfTarget(target), network)).toBe(address);
          expect(reencodeAddress(address, 'mainnet')).toBe(addressOfTarget(target, 'mainnet'));
          if (network !== 'mainnet') expect(parseAddress(address, 'mainnet')).toBeNull();
        }
      },
    ),
    { numRuns: 50 },
  ));

/** From BIP350. */
test.each([
  'tc1qw508d6qejxtdg4y5r3zarvary0c5xw7kg3g4ty',
  'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd',
  'tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf',
  'BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL',
  'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh',
  'bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4',
  'BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R',
  'bc1pw5dgrnzv',
  'BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P',
  'tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq',
  'bc1gmk9yu',
])('%s is no address of bitcoin', (text) => expect(parseAddress(text)).toBeNull());

test('the checksum of BIP173 counts for version 1 only where it is asked for', () => {
  const address = { prefix: 'bc', version: 1, program: hexToBytes('57b395b2aa2efefb66af598429cc950faa8698a3') };
  const old = encodeSegwitAddress(address, 'bip173');
  expect(decodeSegwitAddress(old)).toBeNull();
  expect(decodeSegwitAddress(old, 'bip173')).toEqual(address);
  expect(() => encodeSegwitAddress({ ...address, version: 0, program: new Uint8Array(21) })).toThrow(RangeError);
});

test('a private key reads from hex and WIF of any network, and nothing else does', () => {
  const hex = '85f557b5ec0ca9d3df971c5802ca5338250a241a3a59dd25393f3ad4707357e6';
  for (const text of [hex, `${hex}01`]) {
    const key = parsePrivateKey(text);
    expect(privateKeyHex(key)).toBe(text);
    expect(publicKeyOf(key).length).toBe(key.isCompressed ? 33 : 65);
    for (const network of ['mainnet', 'regtest']) expect(parsePrivateKey(encodeWif(key, network))).toEqual(key);
  }
  for (const text of [
    '',
    hex.slice(2),
    `${hex}02`,
    '00'.repeat(32),
    'ff'.repeat(32),
    '1BoatSLRHtKNngkdXEeobR76b53LETtpyT',
  ]) {
    expect(() => parsePrivateKey(text)).toThrow(PrivateKeyInvalid);
  }
  expect(() => parsePrivateKey(`${hex.slice(0, -1)}z`)).toThrow(expect.not.stringContaining(hex.slice(0, 8)));
});

test('a signature survives both its forms, is low, and verifies for its digest and key alone', () =>
  fc.assert(
    fc.property(bytes(32), fc.bigInt({ min: 1n, max: 1n << 250n }), fc.nat(255), (digest, secret, bit) => {
      const key = parsePrivateKey(secret.toString(16).padStart(64, '0'));
      const signature = signDigest(digest, key.bytes);
      expect(decodeDer(encodeDer(signature))).toEqual(signature);
      expect(parseSignatureText(signatureText(signature))).toEqual(signature);
      const other = digest.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      expect(verifyDigest(signature, digest, publicKeyOf(key))).toBe(true);
      expect(verifyDigest(signature, other, publicKeyOf(key))).toBe(false);
      expect(verifyDigest({ ...signature, r: 0n }, digest, publicKeyOf(key))).toBe(false);
      expect(verifyDigest(signature, digest, new Uint8Array(33))).toBe(false);
    }),
    { numRuns: 10 },
  ));

test.each(['', '3006020101020101ff', '3006020181020101', '30060201010201'])('%s is no strict DER', (hex) =>
  expect(decodeDer(hexToBytes(hex))).toBeNull(),
);

test('a multisig script keeps m and the order of its keys; another script is none', () => {
  const publicKeys = ['03', '02', '03'].map((prefix, at) => hexToBytes(`${prefix}${`${at + 1}`.repeat(64)}`));
  const script = multisigScript({ m: 2, publicKeys });
  expect(parseMultisig(script)).toEqual({ m: 2, publicKeys });
  for (const hex of ['ae', '00ae', '5151ae', `5321${'02'.repeat(33)}51ae`, bytesToHex(script.subarray(0, -1))]) {
    expect(parseMultisig(hexToBytes(hex))).toBeNull();
  }
  expect(() => multisigScript({ m: 4, publicKeys })).toThrow(RangeError);
});

test('more data than an output may carry is refused by name', () => {
  expect(() => dataScript(new Uint8Array(80))).toThrow(DataTooLong);
  expect(dataScript(new Uint8Array(80), 83).length).toBe(83);
});

test('the p2sh-p2wpkh example of BIP143 has its published digest', () => {
  const unsigned =
    '0100000001db6b1b20aa0fd7b23880be2ecbd4a98130974cf4748fb66092ac4d3ceb1a54770100000000feffffff02b8b4eb0b000000001976a914a457b684d7f0d539a46a45bbc043f35b59d0d96388ac0008af2f000000001976a914fd270b1ee6abcaea97fea7ad0402e8bd8ad6d77c88ac92040000';
  const code = hexToBytes('76a91479091972186c449eb1ded22b78e40d009bdf008988ac');
  const digest = segwitSighash(
    parseTransaction(hexToBytes(unsigned)),
    0,
    { scriptCode: code, amount: 1_000_000_000n },
    SIGHASH.ALL,
  );
  expect(bytesToHex(digest)).toBe('64f3b0f4dd2bb3aa1ce8566d220cc74dda9df97d8490cc81d89d735c92e59fb6');
});

/** From Core's own tests of the legacy digest: scripts with OP_CODESEPARATOR, flags that are no flags. */
test.each([
  [
    'c9d2af7c014379565ef74fe6cbb17ff5a42ba57c64329b85f90ea6bfc000a94fa5cc414be502000000076a0053ab536551ffffffff040b4effecb1d70100030065ab54986fe2c36d01000163b5890ec22d40000008636aac65515200ac23749cc4abe100000453ac005200000000',
    'acab63ab635353ab6a',
    -783683045,
    '196c87b447f8666af448a62f086deb0dbfaf3284bdc0fbfc973aa998e6b13876',
  ],
  [
    '01b86ffc0170aa032757ea88fd74489a2b5ae4ba63e9388416ce0f6e3ef15fb9201e41feb80200000006636353ac6a63ffffffff02f09fce0dc00b01000365006a24f6249ce1d2010003ab6300561258d1',
    'acac655265ab0052',
    894060510,
    '28191d986349b920372a4c61b32c1ec3f007bd3989a027b23208008c93624242',
  ],
])('a legacy digest leaves OP_CODESEPARATOR out, whatever the flags', (transaction, script, flags, digest) => {
  const actual = legacySighash(parseTransaction(hexToBytes(transaction)), 0, hexToBytes(script), flags);
  expect(reversedHex(actual)).toBe(digest);
});
