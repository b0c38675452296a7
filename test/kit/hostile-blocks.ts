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

/** Transactions of one block that somebody might mine to do harm (W4 of the performance page, fault 16). */
export interface HostileCase {
  readonly name: string;
  /** Outputs of each transaction; scripts as the network would take them, all within one block's size. */
  readonly transactions: readonly (readonly PlannedOutput[])[];
  /** Inputs of the first transaction, each spending an output of its own; one when absent. */
  readonly inputs?: number;
  /** The script of each output that is spent, which anybody may spend; as short as it can be when absent. */
  readonly coinScript?: (index: number) => Uint8Array;
  /** Nothing beside the outputs above. */
  readonly hasNoChange?: boolean;
}

/** As many outputs of ten bytes, or inputs of 41, or bytes of script, as one block has room for. */
const TEN_BYTE_OUTPUTS = 99_900;
const SCRIPT_BYTES = 990_000;
const INPUTS = 24_000;
const OP_RETURNS = 91;
const OPERATIONS = 8_000;
/** Core's MAX_SCRIPT_SIZE and MAX_SCRIPT_ELEMENT_SIZE. */
const SCRIPT_BYTES_EXECUTED = 10_000;
const LONGEST_PUSH = 520;
/** Of the scripts that one transaction creates: it has to fit into a block. */
const COIN_BYTES_PER_TRANSACTION = 900_000;
const COIN_SATOSHIS = 10_000n;

const OP_RETURN = 0x6a;
const OP_TRUE = 0x51;
const OP_DROP = 0x75;

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
    {
      name: 'transactions of 64 bytes, one of them with the magic bytes alone',
      transactions: [
        [output([OP_RETURN, magic.length, ...magic])],
        [output([OP_TRUE, 2, 0x4e, 0x73])],
        [carrying('+n64')],
      ],
      hasNoChange: true,
    },
    { name: 'twenty-four thousand inputs', transactions: [[carrying('+inputs')]], inputs: INPUTS },
    {
      name: 'ninety inputs that spend one script of ten thousand bytes over and over',
      transactions: [[carrying('+repeated')]],
      inputs: 90,
      coinScript: () => longScript(7),
    },
    {
      name: 'ninety inputs that spend different scripts of ten thousand bytes',
      transactions: [[carrying('+different')]],
      inputs: 90,
      coinScript: longScript,
    },
    {
      name: 'hostile text: NUL, broken UTF-8, lone surrogates, overlong forms, byte order marks, 100 kB',
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

/** Cases that take a whole run of blocks to set up, or a minute to fold: for real parts only. */
export function heavyHostileCases(magic: Uint8Array): readonly HostileCase[] {
  const carrying = (text: string): PlannedOutput => output(dataScript(concatBytes(magic, utf8.encode(text))));
  return [
    {
      name: 'nine hundred inputs that spend different scripts of ten thousand bytes',
      transactions: [[carrying('big')]],
      inputs: 900,
      coinScript: longScript,
    },
    {
      name: 'as many operations as a block holds, each of a sender of its own',
      transactions: Array.from({ length: OPERATIONS }, (_, index) => [carrying(`+o${index}`)]),
      coinScript: (index) => Uint8Array.of(4, index & 255, (index >> 8) & 255, index >> 16, 1, OP_DROP, OP_TRUE),
    },
  ];
}

/** A script of as many bytes as may be executed, another one for each index, that anybody may spend. */
function longScript(index: number): Uint8Array {
  const push = new Uint8Array(LONGEST_PUSH + 4).fill(index % 251);
  push.set([0x4d, LONGEST_PUSH & 255, LONGEST_PUSH >> 8, index & 255, index >> 8]);
  push[push.length - 1] = OP_DROP;
  const pushes = Math.floor((SCRIPT_BYTES_EXECUTED - 1) / push.length);
  return concatBytes(...new Array<Uint8Array>(pushes).fill(push), Uint8Array.of(OP_TRUE));
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

/**
 * The coins that a case spends, each of which anybody may spend: those of its first transaction first. In as many lists
 * as it takes transactions to create them.
 */
export function hostileCoins({ transactions, inputs = 1, coinScript }: HostileCase): readonly PlannedOutput[][] {
  const lists: PlannedOutput[][] = [];
  let room = 0;
  for (let index = 0; index < inputs + transactions.length - 1; index += 1) {
    const script = coinScript?.(index) ?? Uint8Array.of(OP_TRUE);
    if (script.length > room) {
      lists.push([]);
      room = COIN_BYTES_PER_TRANSACTION;
    }
    lists.at(-1)?.push({ value: COIN_SATOSHIS, script });
    room -= script.length;
  }
  return lists;
}

/** The coins of these transactions, in order. */
export function coinsOf(transactions: readonly Transaction[], lists: readonly (readonly unknown[])[]): readonly Coin[] {
  return lists.flatMap((list, at) =>
    list.map((_coin, index) => ({ transaction: transactions[at] as Transaction, index })),
  );
}

interface Coin {
  readonly transaction: Transaction;
  readonly index: number;
}

/** The transactions of a case, which spend its coins. */
export function hostileTransactions(
  { transactions, inputs = 1, hasNoChange = false }: HostileCase,
  coins: readonly Coin[],
): readonly Transaction[] {
  return transactions.map((outputs, index) => {
    const spends = index === 0 ? coins.slice(0, inputs) : coins.slice(inputs + index - 1, inputs + index);
    // The change carries no payload.
    const change = hasNoChange ? [] : [{ value: 1_000n, script: senderScript('hostile') }];
    return spendingTransaction({ spends, outputs: [...outputs, ...change] });
  });
}

/** The blocks of a case in memory: each transaction spends coins that the block before, or the same block, creates. */
export function hostileBlocks(parent: BuiltBlock, hostile: HostileCase): readonly BuiltBlock[] {
  const { inputs = 1, name } = hostile;
  const lists = hostileCoins({ ...hostile, transactions: hostile.transactions.slice(0, 1) });
  const before = lists.map((list, at) => coinTransaction(list, `${name} 0 ${at}`));
  const within = hostileCoins(hostile)
    .flat()
    .slice(inputs)
    .map((coin, index) => coinTransaction([coin], `${name} ${index + 1}`));
  const spending = hostileTransactions(hostile, [
    ...coinsOf(before, lists),
    ...within.map((transaction) => ({ transaction, index: 0 })),
  ]);
  const coinbaseScript = senderScript('hostile');
  const funding = buildBlock({ parent, coinbaseScript, transactions: before.map(({ bytes }) => bytes) });
  const rest = [...within, ...spending].map(({ bytes }) => bytes);
  return [funding, buildBlock({ parent: funding, coinbaseScript, transactions: rest })];
}
