/** One test for each row of `spec/virtualchain.md` §11: what the original did wrong, done right here. */
import { expect, test } from '@jest/globals';
import { Transaction as ReferenceTransaction } from '@scure/btc-signer';
import {
  addressOfScript,
  type BlockHash,
  bundleAddress,
  bytesToHex,
  classifyScript,
  createHeaderChain,
  dataScript,
  genesisHeader,
  type Height,
  hash160,
  hashOfHeader,
  hexToBytes,
  isHex,
  legacySighash,
  merklePathAt,
  merkleTreeOfHex,
  NULL_TXID,
  networkByGenesis,
  nulldataPayload,
  p2shScript,
  parseAddress,
  parseBlock,
  parseHeader,
  parseHeaderFile,
  parsePrivateKey,
  parseTransaction,
  type Sats,
  scriptOfTarget,
  scriptTokens,
  segwitBundle,
  serializeBlock,
  serializeHeaderFile,
  serializeTokens,
  serializeTransaction,
  type Txid,
  verifyMerklePath,
} from '@virtualchain/bitcoin';
import {
  type AnyStateMachine,
  accepted,
  type ConsensusHash,
  collection,
  consensusHash,
  defineStateMachine,
  type FoldInput,
  integer,
  MemoryFold,
  rejected,
  serializeOperation,
} from '@virtualchain/machine';
import { createMemoryBroker, createMemoryLog } from '@virtualchain/operation-log';
import { buildChain } from '@virtualchain/testing';
import { connect, identityOf } from '../contract/log-blocks.ts';
import { EVERY_PAYLOAD, scannedEvents } from './src/bitcoin/raw-block.ts';
import { type MadeUpOperation, madeUpBlock } from './src/chains/made-up-events.ts';

const FIRST = 10;
const ZERO = consensusHash('00'.repeat(16));

const collections = { heights: collection({ columns: { height: integer() }, key: ['height'] }) };

/** Keeps every height, accepts opcode 0x80 and rejects every other. */
function machine(more: Partial<AnyStateMachine> = {}): AnyStateMachine {
  return defineStateMachine<{ readonly opcode: string | null; readonly payload: string }, typeof collections>({
    name: 'keeper',
    version: 1,
    firstBlock: FIRST as Height,
    initialSnapshots: new Map([[(FIRST - 1) as Height, ZERO]]),
    consensusWindow: 24,
    collections,
    hashedFields: { 128: ['payload'], 1: ['height'] },
    parse: ({ opcode, payload }) => ({ opcode, payload }),
    openBlock: async ({ height }, _operations, { heights }) => heights.put({ height }),
    decide: async ({ opcode, payload }) =>
      opcode === '80'
        ? accepted({ opcode: 128, fields: { payload: hexToBytes(payload) } })
        : rejected('UNKNOWN', `${opcode}`),
    ...more,
  });
}

function operation(opcode: string | null, payload: string): MadeUpOperation {
  return { txid: '11'.repeat(32), transactionIndex: 1, opcode, payload, senderScript: '', fee: '0' };
}

async function foldedTo(height: number, of = machine()): Promise<MemoryFold> {
  const fold = await MemoryFold.open(of);
  for (let at = fold.height + 1; at <= height; at += 1) await fold.connect(madeUpBlock(at, []));
  return fold;
}

test('row 1: operations at the end of a block are committed and hashed', async () => {
  const closing = machine({ closeBlock: async ({ height }) => [{ opcode: 1, fields: { height } }] });
  const fold = await foldedTo(FIRST, closing);
  expect(fold.tip?.transitions.map(({ serialized }) => bytesToHex(serialized))).toEqual([
    bytesToHex(serializeOperation(1, ['height'], { height: FIRST })),
  ]);
  expect(fold.tip?.opsHash).not.toBe((await foldedTo(FIRST)).tip?.opsHash);
});

test('row 2: witness items are encoded once, and survive parse and serialise', () => {
  const witness = [hexToBytes('aa'), hexToBytes('bb'.repeat(33)), new Uint8Array(0)];
  const input = { txid: '11'.repeat(32) as Txid, index: 0, script: new Uint8Array(0), sequence: 0, witness };
  const bytes = serializeTransaction({ version: 2, inputs: [input], outputs: [], locktime: 0 });
  expect(bytesToHex(bytes)).toContain(`0301aa21${'bb'.repeat(33)}00`);
  expect(parseTransaction(bytes).inputs[0]?.witness).toEqual(witness);
});

test('row 3: every header of a chain is verified, not the first alone', () => {
  const [genesis] = [genesisHeader('mainnet')].filter((header) => header !== null);
  if (genesis === undefined) throw new TypeError('the main network has a genesis block');
  const nothing = parseHeader(new Uint8Array(80));
  const file = serializeHeaderFile([genesis, nothing, nothing, nothing, nothing, nothing]);
  const chain = createHeaderChain({ network: 'mainnet' });
  expect(() => chain.append(parseHeaderFile(file))).toThrow('WRONG_PARENT');
  expect(() => chain.append([genesis, { ...nothing, previousHash: hashOfHeader(genesis) }])).toThrow(
    'WRONG_DIFFICULTY',
  );
  expect(() =>
    chain.append([
      genesis,
      { ...nothing, previousHash: hashOfHeader(genesis), bits: genesis.bits, time: genesis.time + 1 },
    ]),
  ).toThrow('NO_PROOF_OF_WORK');
  expect(chain.tip).toBeNull();
});

test('row 4: a witness script has the address of its own version, and an address pays to it', () => {
  const program = '751e76e8199196d454941c45d1b3a323f1433bd6';
  const key = '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798';
  for (const [script, address] of [
    [`0014${program}`, 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'],
    [`5120${key}`, 'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0'],
  ] as const) {
    expect(addressOfScript(hexToBytes(script), 'mainnet')).toBe(address);
    const target = parseAddress(address, 'mainnet');
    expect(target && bytesToHex(scriptOfTarget(target))).toBe(script);
  }
});

test.each([75, 76, 79])('row 5: a data script of %d bytes is one push, which is found again', (length) => {
  const data = new Uint8Array(length).fill(0x41);
  expect(scriptTokens(dataScript(data))).toEqual([106, data]);
  expect(nulldataPayload([{ value: 0n as Sats, script: dataScript(data) }])).toEqual(data);
});

/** A block of a coinbase and nothing else, which carries this script. */
function coinbaseBlock(mark: number, script: string) {
  const input = { txid: NULL_TXID, index: 0xffffffff, script: Uint8Array.of(1, mark), sequence: 0, witness: [] };
  const outputs = [{ value: 0n as Sats, script: hexToBytes(script) }];
  const header = {
    version: 1,
    previousHash: '00'.repeat(32) as BlockHash,
    merkleRoot: '00'.repeat(32),
    time: 0,
    bits: 0,
    nonce: 0,
  };
  return parseBlock(serializeBlock(header, [{ version: 1, inputs: [input], outputs, locktime: 0 }]));
}

test('row 6: an empty payload stops nobody', async () => {
  const [found] = scannedEvents(EVERY_PAYLOAD, { block: coinbaseBlock(1, '6a4c00'), height: FIRST }, new Map());
  expect(found?.event).toMatchObject({ opcode: null, payload: '', name: null });
  const fold = await foldedTo(FIRST);
  const folded = await fold.connect(madeUpBlock(FIRST + 1, [operation(null, '')]));
  expect(folded?.outcomes.map(({ verdict }) => verdict.kind)).toEqual(['rejected']);
});

test('row 7: two coinbases with an OP_RETURN have their own senders', () => {
  const events = [1, 2].flatMap((mark) =>
    scannedEvents(EVERY_PAYLOAD, { block: coinbaseBlock(mark, '6a0161'), height: FIRST + mark }, new Map()),
  );
  expect(events.map(({ event }) => event.senders)).toEqual([
    [expect.objectContaining({ value: '0', scriptPubKey: '' })],
    [expect.objectContaining({ value: '0', scriptPubKey: '' })],
  ]);
});

test('row 8: opcodes from 0x80 up and bytes that are no UTF-8 are folded, accepted or rejected', async () => {
  const fold = await foldedTo(FIRST);
  const folded = await fold.connect(madeUpBlock(FIRST + 1, [operation('80', 'fffe'), operation('ff', 'c328')]));
  expect(folded?.outcomes.map(({ verdict }) => verdict.kind)).toEqual(['accepted', 'rejected']);
  expect(folded?.transitions.map(({ serialized }) => bytesToHex(serialized))).toEqual(['803a323afffe']);
});

test('row 9: going back to a height gives the state of that very height', async () => {
  const fold = await foldedTo(20);
  fold.disconnect();
  const nineteen = await foldedTo(19);
  expect(fold.height).toBe(19);
  expect(fold.tip?.consensusHash).toBe(nineteen.tip?.consensusHash);
  expect(fold.consensusHashAt(19 as Height)).toBe(nineteen.consensusHashAt(19 as Height));
  expect(fold.state.dump('heights')).toEqual(nineteen.state.dump('heights'));
});

test('row 10: a replay needs no starting height, and gives the same hashes', async () => {
  const stored: FoldInput[] = [10, 11, 12].map((height) => madeUpBlock(height, [operation('80', '00')]));
  const first = await MemoryFold.open(machine());
  for (const block of stored) await first.connect(block);
  const again = await MemoryFold.open(machine());
  for (const block of stored) await again.connect(block);
  expect(again.blocks.map(({ consensusHash }) => consensusHash)).toEqual(
    first.blocks.map(({ consensusHash }) => consensusHash),
  );
});

test('row 11: a machine without an initial snapshot is refused when it is defined', () => {
  expect(() => machine({ initialSnapshots: new Map<Height, ConsensusHash>() })).toThrow('no initial snapshot');
});

test('row 12: the keys of a p2sh-p2wpkh bundle have the address of the bundle', () => {
  const bundle = segwitBundle(1, [parsePrivateKey('bba3020f5ffeb35702d075553f5ad4e3daf36859feb58e48a58e72e9ca671213')]);
  const address = bundleAddress(bundle, 'mainnet');
  expect(address).toBe('32rwHXSJQZEFimuFJgVKWZS6LF41XspABe');
  expect(addressOfScript(p2shScript(hash160(bundle.redeemScript)), 'mainnet')).toBe(address);
});

test('row 13: 16 is OP_16, a p2wsh script is known, and every library can be imported', async () => {
  expect(bytesToHex(serializeTokens([16]))).toBe('60');
  expect(scriptTokens(serializeTokens([1, 15, 16]))).toEqual([1, 15, 16]);
  expect(classifyScript(hexToBytes(`0020${'44'.repeat(32)}`))).toBe('p2wsh');
  for (const door of ['bitcoin', 'protocol', 'machine', 'machine-kv', 'operation-log', 'projection', 'client']) {
    expect(Object.keys(await import(`@virtualchain/${door}`)).length).toBeGreaterThan(0);
  }
});

test('row 14: a legacy signature covers what consensus says, for every combination of flags', () => {
  const input = (mark: number) => ({
    txid: mark.toString(16).repeat(64) as Txid,
    index: mark,
    script: Uint8Array.of(mark),
    sequence: mark,
    witness: [],
  });
  const output = (mark: number) => ({ value: BigInt(mark) as Sats, script: Uint8Array.of(0x50 + mark) });
  const fields = { version: 2, inputs: [1, 2, 3].map(input), outputs: [1, 2].map(output), locktime: 5 };
  const reference = ReferenceTransaction.fromRaw(serializeTransaction(fields), {
    allowUnknownOutputs: true,
    allowUnknownInputs: true,
    disableScriptCheck: true,
  });
  const script = hexToBytes(`76a914${'33'.repeat(20)}88ac`);
  for (const flags of [1, 2, 3, 0x81, 0x82, 0x83]) {
    for (const index of [0, 1, 2]) {
      const right = bytesToHex(reference['preimageLegacy'](index, script, flags));
      expect(bytesToHex(legacySighash(fields, index, script, flags))).toBe(right);
    }
  }
  expect(bytesToHex(legacySighash(fields, 2, script, 3))).toBe(`01${'00'.repeat(31)}`);
});

test('row 15: a storage that fails for an unknown reason ends the work at once, by that reason', async () => {
  const broker = createMemoryBroker();
  await using log = createMemoryLog(broker);
  await log.ensureTopic('vchain.regtest.kv');
  await using writer = await log.openWriter(identityOf('vchain.regtest.kv'));
  broker.failNext('send', new Error('something nobody foresaw'));
  await expect(writer.append([connect('0')])).rejects.toThrow('something nobody foresaw');
});

test('row 16: a block that is missing is an error by name, not a wait', async () => {
  const [, ...blocks] = buildChain({ to: 3 });
  const [genesis] = [genesisHeader('regtest')].filter((header) => header !== null);
  const headers = blocks.map(({ bytes }) => parseHeader(bytes.subarray(0, 80)));
  const chain = createHeaderChain({ network: 'regtest' });
  if (genesis !== undefined) chain.append([genesis]);
  expect(() => chain.append(headers.slice(1))).toThrow('WRONG_PARENT');

  const broker = createMemoryBroker();
  await using log = createMemoryLog(broker);
  const topic = 'vchain.regtest.kv';
  await log.ensureTopic(topic);
  await using writer = await log.openWriter(identityOf(topic));
  for (const name of ['0', '0a', '0ab']) await writer.append([connect(name)]);
  const { records } = await broker.fetch(topic, 0n, { maxWaitMs: 0, maxBytes: 1_000_000 });
  const without = records.filter(({ value }) => !/"height":102,/.test(Buffer.from(value ?? []).toString()));
  broker.recreateTopic(topic);
  broker.inject(
    topic,
    without.map(({ value }) => value as Uint8Array),
  );
  const read = Array.fromAsync(log.read(topic, { after: null, untilEnd: true }));
  await expect(read).rejects.toMatchObject({ code: 'SEQUENCE_GAP' });
});

test('row 17: the genesis block of every network has its own merkle root, and its hash', () => {
  for (const network of ['mainnet', 'testnet3', 'testnet4', 'signet', 'regtest']) {
    const header = genesisHeader(network);
    if (header === null) throw new TypeError(`${network} has a genesis block`);
    expect(networkByGenesis(hashOfHeader(header))).toBe(network);
  }
  expect(genesisHeader('testnet3')?.merkleRoot).toBe(genesisHeader('mainnet')?.merkleRoot);
});

test('row 18: the proof of a lone transaction is compared with the root', () => {
  const leaf = '11'.repeat(32);
  const path = merklePathAt(merkleTreeOfHex([leaf]), 0);
  expect(verifyMerklePath(leaf, path, leaf)).toBe(true);
  expect(verifyMerklePath(leaf, path, '22'.repeat(32))).toBe(false);
});

test('row 19: hex with a newline behind it is no hex', () => {
  expect(isHex('00ff')).toBe(true);
  expect(isHex('00ff\n')).toBe(false);
});
