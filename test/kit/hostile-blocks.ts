import { concatBytes, type Transaction } from '@virtualchain/bitcoin';
import {
  type BuiltBlock,
  buildBlock,
  coinTransaction,
  dataScript,
  type PlannedOutput,
  senderScript,
  spendingTransaction,
} from '@virtualchain/testing';

/** Transactions of one block that somebody might mine in spite (W4 of the performance page, fault 16). */
export interface HostileCase {
  readonly name: string;
  /** Outputs of each transaction; scripts as the network would take them, all within one block's size. */
  readonly transactions: readonly (readonly PlannedOutput[])[];
  /** Inputs of the first transaction, each spending an output of its own; one when absent. */
  readonly inputs?: number;
}

/** As many outputs of ten bytes, or inputs of 41, or bytes of script, as one block has room for. */
const TEN_BYTE_OUTPUTS = 99_900;
const SCRIPT_BYTES = 990_000;
const INPUTS = 24_000;
const OP_RETURNS = 91;
const COIN_SATOSHIS = 10_000n;

const OP_RETURN = 0x6a;
const OP_TRUE = 0x51;

const utf8 = new TextEncoder();
const output = (script: Uint8Array | readonly number[]): PlannedOutput => ({
  value: 0n,
  script: Uint8Array.from(script),
});

export function hostileCases(magic: Uint8Array): readonly HostileCase[] {
  const data = (...rest: readonly (string | readonly number[])[]): Uint8Array =>
    concatBytes(magic, ...rest.map((part) => (typeof part === 'string' ? utf8.encode(part) : Uint8Array.from(part))));
  const carrying = (...rest: readonly (string | readonly number[])[]): PlannedOutput =>
    output(dataScript(data(...rest)));
  const cancelling = output([OP_RETURN]);
  return [
    {
      name: 'a hundred thousand outputs of ten bytes, the last of them an operation',
      transactions: [[...Array.from({ length: TEN_BYTE_OUTPUTS }, () => cancelling), carrying('+ten')]],
    },
    {
      name: 'an operation cancelled by the hundred thousand outputs after it',
      transactions: [[carrying('+cancelled'), ...Array.from({ length: TEN_BYTE_OUTPUTS }, () => cancelling)]],
    },
    {
      name: 'one script of a megabyte',
      transactions: [[carrying('=big:', new Array<number>(SCRIPT_BYTES).fill(0))]],
    },
    {
      name: 'ninety-one OP_RETURN outputs in one transaction',
      transactions: [Array.from({ length: OP_RETURNS }, (_, index) => carrying(`+n${index}`))],
    },
    {
      name: 'every form of push, whole and cut short',
      transactions: pushForms(data('+p')).map((script) => [output(script)]),
    },
    { name: 'twenty-four thousand inputs', transactions: [[carrying('+inputs')]], inputs: INPUTS },
    {
      name: 'text of spite: NUL, broken UTF-8, lone surrogates, overlong forms, byte order marks, 100 kB',
      transactions: [
        [carrying('+', [0])],
        [carrying('+a', [0], 'b')],
        [carrying('=', [0], ':', [0, 0, 0])],
        [carrying('=a:', [0xff, 0xfe, 0x00])],
        [carrying('+', [0xc0, 0x80])],
        [carrying('+', [0xe0, 0x80, 0xaf])],
        [carrying('+', [0xed, 0xa0, 0x80])],
        [carrying('+', [0xf4, 0x90, 0x80, 0x80])],
        [carrying('+', [0xef, 0xbb, 0xbf], 'bom')],
        [carrying('+ａｂｃ')],
        [carrying('+', [0xf0, 0x9f, 0x92])],
        [carrying('=a:\u2028"\\\n')],
        [carrying([0x80, 0xff])],
        [carrying([0x00])],
        [carrying()],
        [carrying('+', new Array<number>(100_000).fill(0x61))],
      ],
    },
  ];
}

/** OP_RETURN and every way to push `data` behind it, or to fail at it. */
function pushForms(data: Uint8Array): readonly (readonly number[])[] {
  const size = data.length;
  const length = (bytes: number): number[] =>
    Array.from({ length: bytes }, (_, at) => Math.floor(size / 256 ** at) & 255);
  return [
    [OP_RETURN],
    [OP_RETURN, 0x00],
    [OP_RETURN, 0x4f],
    [OP_RETURN, 0x50],
    [OP_RETURN, OP_TRUE],
    [OP_RETURN, 0x60],
    [OP_RETURN, OP_RETURN],
    [OP_RETURN, size, ...data],
    [OP_RETURN, 0x4c, ...length(1), ...data],
    [OP_RETURN, 0x4d, ...length(2), ...data],
    [OP_RETURN, 0x4e, ...length(4), ...data],
    [OP_RETURN, 75, ...data],
    [OP_RETURN, 0x4c, 255, ...data],
    [OP_RETURN, 0x4d, 255, 255, ...data],
    [OP_RETURN, 0x4e, 255, 255, 255, 255, ...data],
    [OP_RETURN, 0x4c],
    [OP_RETURN, 0x4c, 0],
    [OP_RETURN, 0x4d],
    [OP_RETURN, 0x4d, 0],
    [OP_RETURN, 0x4d, 0, 0],
    [OP_RETURN, 0x4e],
    [OP_RETURN, 0x4e, 0, 0, 0],
    [OP_RETURN, 0x4e, 0, 0, 0, 0],
    [OP_RETURN, size, ...data, 0x00],
    [OP_RETURN, size, ...data, size, ...data],
    [OP_RETURN, 1, 0, size, ...data],
    [0x00, OP_RETURN, size, ...data],
    [],
  ];
}

/** The coins that a case spends, an output each that anybody may spend: those of its first transaction first. */
export function hostileCoins({ transactions, inputs = 1 }: HostileCase): readonly PlannedOutput[] {
  const count = inputs + transactions.length - 1;
  return Array.from({ length: count }, () => ({ value: COIN_SATOSHIS, script: Uint8Array.of(OP_TRUE) }));
}

/** The transactions of a case, which spend `hostileCoins`. */
export function hostileTransactions(
  { transactions, inputs = 1 }: HostileCase,
  coinOf: (index: number) => { readonly transaction: Transaction; readonly index: number },
): readonly Transaction[] {
  return transactions.map((outputs, index) => {
    const spends = index === 0 ? Array.from({ length: inputs }, (_, at) => coinOf(at)) : [coinOf(inputs + index - 1)];
    // The change keeps every transaction longer than 64 bytes, which a verifier refuses; it carries no payload.
    return spendingTransaction({ spends, outputs: [...outputs, { value: 1_000n, script: senderScript('hostile') }] });
  });
}

/** The blocks of a case in memory: each transaction spends coins that the block before, or the same block, creates. */
export function hostileBlocks(parent: BuiltBlock, hostile: HostileCase): readonly BuiltBlock[] {
  const planned = hostileCoins(hostile);
  const { inputs = 1, name } = hostile;
  const before = coinTransaction(planned.slice(0, inputs), `${name} 0`);
  const within = planned.slice(inputs).map((coin, index) => coinTransaction([coin], `${name} ${index + 1}`));
  const spending = hostileTransactions(hostile, (index) =>
    index < inputs ? { transaction: before, index } : { transaction: within[index - inputs] as Transaction, index: 0 },
  );
  const coinbaseScript = senderScript('hostile');
  const funding = buildBlock({ parent, coinbaseScript, transactions: [before.bytes] });
  const rest = [...within, ...spending].map(({ bytes }) => bytes);
  return [funding, buildBlock({ parent: funding, coinbaseScript, transactions: rest })];
}
