import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  bytesToHex,
  classifyScript,
  decodeBase58Check,
  hexToBytes,
  nulldataPayload,
  payeeOf,
  type Sats,
  type ScriptToken,
  scriptAddress,
  scriptAddresses,
  scriptTokens,
  senderScriptType,
  wholeTokens,
} from '../index.ts';

function shown(token: ScriptToken): string | number | null {
  return token instanceof Uint8Array ? bytesToHex(token) : token;
}

test.each<[string, (string | number | null)[]]>([
  ['', []],
  ['00', [null]],
  ['4f50515660', [-1, 0, 1, 6, 16]],
  ['6a0261', [106, '61']],
  ['4c', ['']],
  ['4d05', ['']],
  ['4d0300616263ac', ['616263', 172]],
  ['4e0100000061', ['61']],
  ['4effffffff61', ['61']],
])('%s cuts into its tokens', (script, tokens) => expect(scriptTokens(hexToBytes(script)).map(shown)).toEqual(tokens));

test.each([
  ['', []],
  ['6a026161', [106, '6161']],
  ['6a4e02000000616100', [106, '6161', null]],
  ['6a4c00', [106, '']],
  ['6a0361', null],
  ['4c', null],
  ['4d05', null],
  ['4effffffff61', null],
] as [string, (string | number | null)[] | null][])('%s is whole, or a push in it is cut short', (script, tokens) =>
  expect(wholeTokens(hexToBytes(script))?.map(shown) ?? null).toEqual(tokens),
);

test.each([
  [`76a914${'33'.repeat(20)}88ac`, 'p2pkh', 20],
  [`a914${'33'.repeat(20)}87`, 'p2sh', 20],
  [`0014${'33'.repeat(20)}`, 'p2wpkh', 20],
  [`0020${'33'.repeat(32)}`, 'p2wsh', 32],
  [`5120${'33'.repeat(32)}`, 'p2tr', 32],
] as const)('%s pays to %s', (script, kind, bytes) => {
  expect(payeeOf(hexToBytes(script))).toEqual({ kind, hash: new Uint8Array(bytes).fill(0x33) });
});

test.each([
  ['another version of a witness program', `5220${'33'.repeat(32)}`],
  ['version 1 with 20 bytes', `5114${'33'.repeat(20)}`],
  ['version 0 with 31 bytes', `001f${'33'.repeat(31)}`],
  ['a bare key', `2102${'11'.repeat(32)}ac`],
  ['data', '6a0161'],
  ['a hash and a byte more', `76a914${'33'.repeat(20)}88ac00`],
  ['nothing', ''],
])('%s pays nobody who has an address of these kinds', (_what, script) =>
  expect(payeeOf(hexToBytes(script))).toBeNull(),
);

const hash = '33'.repeat(20);

test.each([
  [`76a914${hash}88ac`, 'p2pkh', 'pubkeyhash'],
  [`76a914${hash}88`, null, 'nonstandard'],
  [`a914${hash}87`, 'p2sh', 'scripthash'],
  [`0014${hash}`, 'p2wpkh', 'p2wpkh'],
  [`0020${'44'.repeat(32)}`, 'p2wsh', 'p2wsh'],
  [`5120${'44'.repeat(32)}`, null, 'nonstandard'],
  ['6a', 'nulldata', 'nulldata'],
  ['6aac', 'nulldata', 'nulldata'],
  ['00ae', 'multisig', 'multisig'],
  [`2102${'11'.repeat(32)}ac`, 'p2pk', 'pubkey'],
  ['ac', null, 'nonstandard'],
  ['51', null, 'nonstandard'],
])('%s is %s', (script, kind, senderType) => {
  expect(classifyScript(hexToBytes(script))).toBe(kind);
  expect(senderScriptType(hexToBytes(script))).toBe(senderType);
});

test('the kind of a script follows from its tokens, whatever they are', () => {
  const opcode = fc.constantFrom(
    '00',
    '51',
    '4f',
    '6a',
    '76',
    'ac',
    'ae',
    '01ac',
    '01ae',
    '4c01ae',
    '4d',
    '4e02',
    '02',
  );
  const anyScript = fc.oneof(
    fc.array(opcode, { maxLength: 5 }).map((parts) => hexToBytes(parts.join(''))),
    fc.uint8Array({ maxLength: 12 }),
  );
  fc.assert(
    fc.property(anyScript, (script) => {
      if (script[0] === 0x6a) return;
      const tokens = scriptTokens(script);
      const ofTokens = tokens.at(-1) === 0xae ? 'multisig' : tokens.length === 2 && tokens[1] === 0xac ? 'p2pk' : null;
      expect(classifyScript(script)).toBe(ofTokens);
    }),
    { numRuns: 2_000 },
  );
});

test('an address has the version byte of its network', () => {
  const script = hexToBytes('76a914111111111111111111111111111111111111111188ac');
  expect(scriptAddress(script, 'mainnet')).toBe('12ZEw5Hcv1hTb6YUQJ69y1V7uhcoDz92PH');
  expect(scriptAddress(hexToBytes('a914222222222222222222222222222222222222222287'), 'mainnet')).toBe(
    '34oVnh4gNviJGMnNvgquMeLAxvXJuaRVMZ',
  );
  for (const network of ['regtest', 'testnet3', 'signet', 'another']) {
    const address = scriptAddress(script, network) ?? '';
    expect(decodeBase58Check(address)).toEqual({ version: 111, bytes: hexToBytes('11'.repeat(20)) });
  }
  expect(scriptAddress(hexToBytes(`0014${hash}`), 'mainnet')).toBeNull();
  expect(decodeBase58Check('12ZEw5Hcv1hTb6YUQJ69y1V7uhcoDz92PJ')).toBeNull();
});

test('many scripts have the addresses that each has alone', () => {
  const hash20 = fc.uint8Array({ minLength: 20, maxLength: 20 });
  const anyScript = fc.oneof(
    hash20.map((bytes) => Uint8Array.of(0x76, 0xa9, 20, ...bytes, 0x88, 0xac)),
    hash20.map((bytes) => Uint8Array.of(0xa9, 20, ...bytes, 0x87)),
    hash20.map((bytes) => Uint8Array.of(0, 20, ...bytes)),
    fc.uint8Array({ maxLength: 30 }),
  );
  fc.assert(
    fc.property(fc.array(anyScript, { maxLength: 40 }), fc.constantFrom('mainnet', 'regtest'), (scripts, network) => {
      expect(scriptAddresses(scripts, network)).toEqual(scripts.map((script) => scriptAddress(script, network)));
    }),
  );
});

function payloadOf(...scripts: readonly string[]): string | null {
  const payload = nulldataPayload(scripts.map((script) => ({ value: 0n as Sats, script: hexToBytes(script) })));
  return payload === null ? null : bytesToHex(payload);
}

test.each([
  ['the only OP_RETURN counts', ['6a026b76'], '6b76'],
  ['the last OP_RETURN wins', ['6a0161', '6a0162'], '62'],
  ['a payment after it changes nothing', ['6a0161', '51'], '61'],
  ['OP_RETURN alone cancels', ['6a0161', '6a'], null],
  ['a number cancels', ['6a0161', '6a52'], null],
  ['OP_0 cancels', ['6a0161', '6a00'], null],
  ['two pushes cancel', ['6a0161', '6a01620163'], null],
  ['a good one after a malformed one counts', ['6a', '6a0161'], '61'],
  ['a push cut short is what is left', ['6a056162'], '6162'],
  ['an empty PUSHDATA1 is an empty payload', ['6a4c00'], ''],
  ['PUSHDATA2 counts', ['6a4d020061ff'], '61ff'],
  ['no OP_RETURN, no payload', ['51'], null],
])('nulldata: %s', (_what, scripts, payload) => expect(payloadOf(...scripts)).toBe(payload));

test('the payload is what the tokens of the deciding output say', () =>
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 4 }), (tails) => {
      const scripts = tails.map((tail) => `6a${bytesToHex(tail)}`);
      const [, token, ...more] = scriptTokens(hexToBytes(scripts.at(-1) ?? ''));
      const expected = token instanceof Uint8Array && more.length === 0 ? bytesToHex(token) : null;
      expect(payloadOf(...scripts)).toBe(expected);
    }),
  ));
