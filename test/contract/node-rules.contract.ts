import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type BlockHash,
  type BlockHeader,
  bytesToHex,
  checkProofOfWork,
  hashOfHeader,
  hexToBytes,
  merkleRoot,
  p2pkhScript,
  parseBlock,
  parseTransaction,
  type Sats,
  serializeBlock,
  serializeTransaction,
  subsidyAt,
  type TransactionFields,
  type TransactionOutput,
  type Txid,
  transactionFields,
} from '@virtualchain/bitcoin';
import type { NodeRpc } from '@virtualchain/node-client';
import { buildBlock, createMiner, type Miner } from '@virtualchain/testing';
import { COIN_KINDS, type CoinKind } from '../kit/coin-kinds.ts';

/** A node in regtest, empty. */
export interface RuledNode {
  readonly rpc: NodeRpc;
  close(): Promise<void>;
}

interface Coin {
  readonly txid: Txid;
  readonly index: number;
  readonly output: TransactionOutput;
}

const COINS_EACH = 6;
const COIN_VALUE = 100_000n;
const FEE = 1_000n;
const PAYEE = p2pkhScript(new Uint8Array(20).fill(7));

/** What nodes say of transactions and blocks: the same table for the embedded node and for a bitcoind. */
export function nodeRules(name: string, open: () => Promise<RuledNode>): void {
  describe(`rules of a node: ${name}`, () => {
    let node: RuledNode;
    let rpc: NodeRpc;
    let miner: Miner;
    const coins = new Map<string, Coin[]>();

    beforeAll(async () => {
      node = await open();
      ({ rpc } = node);
      miner = createMiner({ rpc });
      await miner.mineMany(104);
      const outputs = Object.entries(COIN_KINDS).flatMap(([kind, { script }]) =>
        Array.from({ length: COINS_EACH }, () => ({ kind, output: { value: COIN_VALUE as Sats, script } })),
      );
      const funding = miner.wallet.pay(
        outputs.map(({ output }) => output),
        { fee: 20_000n },
      );
      await miner.mine([funding]);
      outputs.forEach(({ kind, output }, index) => {
        coins.set(kind, [...(coins.get(kind) ?? []), { txid: funding.txid, index, output }]);
      });
    }, 120_000);

    afterAll(async () => {
      await node?.close();
    });

    function coinOf(kind: string): Coin {
      const coin = coins.get(kind)?.shift();
      if (coin === undefined) throw new RangeError(`no coin of ${kind} is left`);
      return coin;
    }

    function signed(kind: string, coin: Coin, change: Partial<TransactionFields> & { readonly fee?: bigint } = {}) {
      const { fee = FEE, ...fields } = change;
      const input = {
        txid: coin.txid,
        index: coin.index,
        script: new Uint8Array(0),
        witness: [],
        sequence: 0xfffffffd,
      };
      const outputs = [{ value: (coin.output.value - fee) as Sats, script: PAYEE }];
      const unsigned = { version: 2, locktime: 0, inputs: [input], outputs, ...fields };
      return parseTransaction((COIN_KINDS[kind] as CoinKind).sign(unsigned, [coin.output]));
    }

    const p2wpkh = (change: Parameters<typeof signed>[2] = {}, coin = coinOf('p2wpkh')) =>
      signed('p2wpkh', coin, change);

    /** What the node answers: the result, or the code and the words of its error. */
    async function answer(method: string, ...parameters: readonly unknown[]): Promise<unknown> {
      const [outcome] = await rpc.batch([{ method, parameters }]);
      if (outcome?.kind === 'result') return outcome.result;
      return [outcome?.code, sameWords(outcome?.message ?? '')];
    }

    const send = (transaction: { readonly bytes: Uint8Array }) =>
      answer('sendrawtransaction', bytesToHex(transaction.bytes));

    async function judged(transaction: { readonly bytes: Uint8Array }): Promise<unknown> {
      const [verdict] = (await answer('testmempoolaccept', [bytesToHex(transaction.bytes)])) as [
        Record<string, unknown>,
      ];
      return verdict['allowed'] === true ? 'allowed' : sameWords(String(verdict['reject-reason']));
    }

    const mempool = async () => new Set((await rpc.call('getrawmempool')) as readonly string[]);

    async function mineAll(): Promise<void> {
      const waiting = await Promise.all([...(await mempool())].map((txid) => rpc.call('getrawtransaction', txid)));
      const transactions = waiting.map((hex) => parseTransaction(hexToBytes(String(hex))));
      await miner.mine(inOrder(transactions));
    }

    describe.each(Object.keys(COIN_KINDS))('a coin of %s', (kind) => {
      test('is spent through the mempool, and mined', async () => {
        const spending = signed(kind, coinOf(kind));
        expect(await judged(spending)).toBe('allowed');
        expect(await send(spending)).toBe(spending.txid);
        await mineAll();
        expect(await answer('gettxout', spending.txid, 0)).toMatchObject({ confirmations: 1, value: '0.00099000' });
      });

      test('is not spent by a signature of something else, neither relayed nor in a block', async () => {
        const wrong = forged(signed(kind, coinOf(kind)));
        expect(await judged(wrong)).toMatch(WRONG_SIGNATURE);
        expect(await send(wrong)).toEqual([-26, expect.stringMatching(WRONG_SIGNATURE)]);
        const block = buildBlock({ parent: miner.tip, transactions: [wrong.bytes], letter: 'w' });
        expect(await answer('submitblock', bytesToHex(block.bytes)).then(String)).toMatch(/script-verify-flag-failed/);
        expect(await rpc.call('getbestblockhash')).toBe(miner.tip.hash);
      });
    });

    test('what was sent is refused again only where it is judged, and what was mined by another name', async () => {
      const spending = p2wpkh();
      await send(spending);
      expect(await judged(spending)).toBe('txn-already-in-mempool');
      expect(await send(spending)).toBe(spending.txid);
      await mineAll();
      expect(await judged(spending)).toBe('txn-already-known');
      expect(await send(spending)).toEqual([-27, 'Transaction outputs already in utxo set']);
    });

    test('unknown-coin: what spends nothing that is known', async () => {
      const coin = { ...(coins.get('p2wpkh')?.[0] as Coin), txid: 'ab'.repeat(32) as Txid };
      const spending = p2wpkh({}, coin);
      expect(await judged(spending)).toBe('missing-inputs');
      expect(await send(spending)).toEqual([-25, 'bad-txns-inputs-missingorspent']);
    });

    test('double-spend: more fee takes the place, less is refused', async () => {
      const coin = coinOf('p2pkh');
      const [first, same, cheaper, dearer] = [1_000n, 1_000n, 900n, 3_000n].map((fee, index) =>
        signed('p2pkh', coin, { fee, locktime: index }),
      ) as [ReturnType<typeof signed>, ReturnType<typeof signed>, ReturnType<typeof signed>, ReturnType<typeof signed>];
      await send(first);
      expect([await judged(same), await judged(cheaper)]).toEqual(['insufficient fee', 'insufficient fee']);
      expect(await send(dearer)).toBe(dearer.txid);
      const waiting = await mempool();
      expect([waiting.has(first.txid), waiting.has(dearer.txid)]).toEqual([false, true]);
      await mineAll();
    });

    test('young-coinbase: a subsidy is spent after a hundred blocks and not before', async () => {
      const { script } = COIN_KINDS['p2wpkh'] as CoinKind;
      const block = await miner.mine([], { coinbaseScript: script });
      const [coinbase] = parseBlock(block.bytes).transactions;
      const coin = { txid: coinbase?.txid as Txid, index: 0, output: coinbase?.outputs[0] as TransactionOutput };
      const early = p2wpkh({}, coin);
      expect(await judged(early)).toBe('bad-txns-premature-spend-of-coinbase');
      const inBlock = buildBlock({ parent: miner.tip, transactions: [early.bytes], letter: 'y' });
      expect(await answer('submitblock', bytesToHex(inBlock.bytes))).toBe('bad-txns-premature-spend-of-coinbase');
      await miner.mineMany(99);
      expect(await judged(early)).toBe('allowed');
    });

    test.each<[string, string, (value: bigint) => readonly TransactionOutput[]]>([
      ['no fee', 'min relay fee not met', (value) => [{ value: value as Sats, script: PAYEE }]],
      ['more than there is', 'bad-txns-in-belowout', (value) => [{ value: (value + 1n) as Sats, script: PAYEE }]],
      ['dust', 'dust', (value) => paid(value, 545n, PAYEE)],
      ['just no dust', 'allowed', (value) => paid(value, 546n, PAYEE)],
      ['a script of no known form', 'scriptpubkey', (value) => paid(value, 1_000n, Uint8Array.of(0x51, 0x51))],
      ['OP_RETURN and data', 'allowed', (value) => paid(value, 0n, hexToBytes('6a026b76'))],
      ['OP_RETURN and an opcode', 'scriptpubkey', (value) => paid(value, 0n, hexToBytes('6aac'))],
      ['a witness program of the future', 'allowed', (value) => paid(value, 1_000n, hexToBytes('52021234'))],
    ])('%s: %s', async (_what, verdict, outputsFor) => {
      const coin = coins.get('p2tr by key')?.[0] as Coin;
      expect(await judged(signed('p2tr by key', coin, { outputs: outputsFor(coin.output.value) }))).toBe(verdict);
    });

    test('a lock of the transaction, and one of its input, hold until their block', async () => {
      const { height } = miner.tip;
      const coin = coins.get('p2tr by key')?.[0] as Coin;
      const locked = (locktime: number) => signed('p2tr by key', coin, { locktime });
      expect([await judged(locked(height)), await judged(locked(height + 1))]).toEqual(['allowed', 'non-final']);
      const { script } = COIN_KINDS['p2wpkh'] as CoinKind;
      const output = { value: (COIN_VALUE - FEE) as Sats, script };
      const young = p2wpkh({ outputs: [output] });
      await send(young);
      await mineAll();
      const grown = { txid: young.txid, index: 0, output };
      const after = (sequence: number) => {
        const input = { txid: young.txid, index: 0, script: new Uint8Array(0), witness: [], sequence };
        return p2wpkh({ inputs: [input] }, grown);
      };
      expect([await judged(after(1)), await judged(after(2))]).toEqual(['allowed', 'non-BIP68-final']);
    });

    test('a chain of 25 that are not mined is taken, and the 26th not', async () => {
      const { script } = COIN_KINDS['p2wpkh'] as CoinKind;
      let coin = coinOf('p2wsh');
      let kind = 'p2wsh';
      for (let depth = 1; depth <= 26; depth += 1) {
        const output = { value: (coin.output.value - FEE) as Sats, script };
        const next = signed(kind, coin, { outputs: [output] });
        if (depth <= 25) expect(await send(next)).toBe(next.txid);
        else expect(await judged(next)).toBe('too-long-mempool-chain');
        [coin, kind] = [{ txid: next.txid, index: 0, output }, 'p2wpkh'];
      }
      expect(await answer('getmempoolentry', [...(await mempool())].at(-1))).toMatchObject({
        weight: expect.anything(),
      });
      await mineAll();
      expect((await mempool()).size).toBe(0);
    });

    test('reorganisation: what a lost block had waits again, unless the other branch spends the same', async () => {
      const [kept, lost] = [coinOf('p2sh-p2wpkh'), coinOf('p2sh-p2wpkh')];
      const [again, gone, other] = [
        signed('p2sh-p2wpkh', kept),
        signed('p2sh-p2wpkh', lost),
        signed('p2sh-p2wpkh', lost, { fee: 2_000n }),
      ];
      const from = miner.tip;
      await miner.mine([again, gone]);
      const branch = miner.forkAt(from.hash);
      await branch.mine([other]);
      await branch.mineMany(1);
      expect(await rpc.call('getbestblockhash')).toBe(branch.tip.hash);
      expect(await mempool()).toEqual(new Set([again.txid]));
      await mineAll();
    });

    test('a block that is called invalid gives back what it had, and takes it again when it is reconsidered', async () => {
      const spending = signed('p2sh-p2wsh', coinOf('p2sh-p2wsh'));
      const { hash, previousHash } = await miner.mine([spending]);
      await rpc.call('invalidateblock', hash);
      expect(await rpc.call('getbestblockhash')).toBe(previousHash);
      expect((await mempool()).has(spending.txid)).toBe(true);
      expect(await answer('submitblock', bytesToHex(miner.tip.bytes))).toBe('duplicate-invalid');
      await rpc.call('reconsiderblock', hash);
      expect(await rpc.call('getbestblockhash')).toBe(hash);
      expect((await mempool()).has(spending.txid)).toBe(false);
      expect(await answer('submitblock', bytesToHex(miner.tip.bytes))).toBe('duplicate');
    });

    test.each<[string, (block: TestBlock) => TestBlock]>([
      ['bad-cb-amount', (block) => withCoinbase(block, { value: (subsidyAt(block.height) + 1n) as Sats })],
      ['bad-cb-height', (block) => withCoinbase(block, { script: hexToBytes('0101') })],
      ['bad-txnmrklroot', (block) => ({ ...block, root: 'ab'.repeat(32) })],
      ['time-too-old', (block) => ({ ...block, time: block.time - 50 })],
      ['time-too-new', (block) => ({ ...block, time: block.time + 200_000 })],
      ['bad-diffbits', (block) => ({ ...block, bits: 0x207ffffe })],
      ['prev-blk-not-found', (block) => ({ ...block, previous: 'ab'.repeat(32) })],
    ])('a block that is wrong in one thing: %s', async (reason, spoil) => {
      expect(await answer('submitblock', bytesToHex(spoilt(miner, spoil)))).toBe(reason);
    });

    test('witnesses that the coinbase does not commit to are refused, and so is the same coin twice', async () => {
      const coin = coins.get('p2wpkh')?.[0] as Coin;
      const [one, two] = [p2wpkh({}, coin), p2wpkh({ fee: 2_000n }, coin)];
      const twice = buildBlock({ parent: miner.tip, transactions: [one.bytes, two.bytes] });
      expect(await answer('submitblock', bytesToHex(twice.bytes))).toBe('bad-txns-inputs-missingorspent');
      const built = parseBlock(buildBlock({ parent: miner.tip, transactions: [one.bytes] }).bytes);
      const [coinbase] = built.transactions.map(transactionFields) as [TransactionFields];
      const [subsidy, commitment] = coinbase.outputs as [TransactionOutput, TransactionOutput];
      const other = { ...commitment, script: commitment.script.map((byte, index) => (index === 20 ? byte ^ 1 : byte)) };
      const sealed = async (outputs: readonly TransactionOutput[]) =>
        answer('submitblock', bytesToHex(ground(built.header, [{ ...coinbase, outputs }, transactionFields(one)])));
      expect(await sealed([subsidy])).toBe('unexpected-witness');
      expect(await sealed([subsidy, other])).toBe('bad-witness-merkle-match');
      // No hash covers the witness of the coinbase: a node puts the usual one where it is left out.
      const bare = { ...coinbase, inputs: coinbase.inputs.map((input) => ({ ...input, witness: [] })) };
      const block = ground(built.header, [bare, transactionFields(one)]);
      expect(await answer('submitblock', bytesToHex(block))).toBeNull();
      await rpc.call('invalidateblock', parseBlock(block).hash);
    });
  });
}

/** The words of a node without what versions of Core call the same thing. */
function sameWords(message: string): string {
  return message
    .replace(/^(mempool|block|mandatory|non-mandatory)-script-verify-flag(-failed)?/, 'script-verify-flag-failed')
    .replace(/^(bad-txns-premature-spend-of-coinbase|insufficient fee|dust), .*/, '$1');
}

const WRONG_SIGNATURE =
  /^script-verify-flag-failed \((Signature must be zero for failed CHECK\(MULTI\)SIG operation|Invalid Schnorr signature)\)/;

/** The same signatures, over another amount. */
function forged(transaction: ReturnType<typeof parseTransaction>) {
  const fields = transactionFields(transaction);
  const outputs = fields.outputs.map((output) => ({ ...output, value: (output.value - 1n) as Sats }));
  return parseTransaction(serializeTransaction({ ...fields, outputs }));
}

/** Parents first. */
function inOrder(transactions: readonly ReturnType<typeof parseTransaction>[]) {
  const left = new Map(transactions.map((each) => [each.txid, each]));
  const sorted: (typeof transactions)[number][] = [];
  const visit = (each: (typeof transactions)[number]): void => {
    if (!left.delete(each.txid)) return;
    for (const { txid } of each.inputs) {
      const parent = left.get(txid);
      if (parent !== undefined) visit(parent);
    }
    sorted.push(each);
  };
  for (const each of transactions) visit(each);
  return sorted;
}

function paid(value: bigint, first: bigint, script: Uint8Array): readonly TransactionOutput[] {
  return [
    { value: first as Sats, script },
    { value: (value - first - FEE) as Sats, script: PAYEE },
  ];
}

interface TestBlock {
  readonly height: number;
  readonly time: number;
  readonly bits: number;
  readonly previous: string;
  /** The merkle root, where it is not that of the coinbase. */
  readonly root?: string;
  readonly coinbase: TransactionFields;
}

function withCoinbase(block: TestBlock, change: { readonly value?: Sats; readonly script?: Uint8Array }): TestBlock {
  const { inputs, outputs, ...fields } = block.coinbase;
  const { value, script } = change;
  const coinbase = {
    ...fields,
    inputs: script === undefined ? inputs : inputs.map((input) => ({ ...input, script })),
    outputs: value === undefined ? outputs : outputs.map((output) => ({ ...output, value })),
  };
  return { ...block, coinbase };
}

/** The bytes of an empty block on the tip that is wrong in one thing, with proof of work all the same. */
function spoilt(miner: Miner, spoil: (block: TestBlock) => TestBlock): Uint8Array {
  const { header, transactions, bytes } = parseBlock(buildBlock({ parent: miner.tip, letter: 'x' }).bytes);
  const coinbase = transactionFields(transactions[0] ?? parseTransaction(bytes));
  const { time, bits, previousHash: previous } = header;
  const block = spoil({ height: miner.tip.height + 1, time, bits, previous, coinbase });
  const changed = { ...header, time: block.time, bits: block.bits, previousHash: block.previous as BlockHash };
  return ground(changed, [block.coinbase], block.root);
}

/** A block of these transactions whose hash meets its target. */
function ground(header: BlockHeader, transactions: readonly TransactionFields[], root?: string): Uint8Array {
  const txids = transactions.map((fields) => parseTransaction(serializeTransaction(fields)).txid);
  const sealed = { ...header, merkleRoot: root ?? merkleRoot(txids), nonce: 0 };
  while (!checkProofOfWork(hashOfHeader(sealed), sealed.bits)) sealed.nonce += 1;
  return serializeBlock(sealed, transactions);
}
