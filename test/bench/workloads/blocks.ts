import {
  concatBytes,
  type Sats,
  serializeTransaction,
  sha256,
  type Transaction,
  type Txid,
} from '@virtualchain/bitcoin';
import { type BuiltBlock, buildBlock, coinTransaction, dataScript, REGTEST_GENESIS } from '@virtualchain/testing';

/** Blocks of kv operations as they are mined today (W2), or at the peak (W3), each on the one before it. */
export interface Workload {
  readonly name: WorkloadName;
  readonly blocks: readonly BuiltBlock[];
  readonly operationsPerBlock: number;
  /** What the operations spend; none of it is in a block. */
  funding(txid: Txid): Transaction | undefined;
}

export type WorkloadName = 'W2' | 'W3';

/**
 * W2: 1.85 MB, 4,000 transactions, 1,200 operations of 20 bytes, mainnet's mean of September 2025 to February 2026; most
 * operations spend outputs with witnesses, as most transactions do.
 * W3: 4 million weight units, 5,600 operations of 80 bytes, as in April 2024.
 */
const SHAPES = {
  W2: { operations: 1_200, others: 2_799, dataBytes: 20, otherScriptBytes: 160 },
  W3: { operations: 5_600, others: 0, dataBytes: 80, otherScriptBytes: 0 },
} as const;

const MAGIC = 'kv';
const CLAIM = '+';
const UPDATE = '=';
const CLAIM_BYTES = 20;
/** Of 256 owners in W2 about so many have an address without witnesses, as a quarter of what is spent today has. */
const LEGACY_OF_256 = 64;

const utf8 = new TextEncoder();

/**
 * Makes the same blocks for the same wishes. `scale` 0.1 puts a tenth of the transactions into each. With `areCoinsMined` what
 * the operations of a block spend stands in the block before it, so that a node has it; otherwise it stands nowhere.
 */
export function makeWorkload(name: WorkloadName, blockCount: number, scale = 1, areCoinsMined = false): Workload {
  const shape = SHAPES[name];
  const operations = Math.round(shape.operations * scale);
  const others = Math.round(shape.others * scale);
  const coins = new Map<Txid, Transaction>();
  const coinsOf = (at: number): readonly Transaction[] => {
    const made = Array.from({ length: operations }, (_, i) => coinOf(name, at, i));
    for (const coin of made) coins.set(coin.txid, coin);
    return made;
  };
  const blocks: BuiltBlock[] = [];
  let next = areCoinsMined ? [] : coinsOf(0);
  for (let at = 0; at < blockCount; at += 1) {
    const spent = next;
    next = at + 1 < blockCount ? coinsOf(at + 1) : [];
    const made = spent.map((coin, i) => {
      return operationTransaction(name, coin, { owner: ownerOf(at, i), data: dataOf(at, i, shape.dataBytes) });
    });
    const rest = Array.from({ length: others }, (_, i) => otherTransaction(`${at} ${i}`, shape.otherScriptBytes));
    const mined = areCoinsMined ? next.map(({ bytes }) => bytes) : [];
    const parent = blocks.at(-1) ?? REGTEST_GENESIS;
    const coinbaseScript = addressScript('W2', 'miner');
    blocks.push(buildBlock({ parent, coinbaseScript, transactions: [...mined, ...mixed(made, rest)] }));
  }
  return { name, blocks, operationsPerBlock: operations, funding: (txid) => coins.get(txid) };
}

function coinOf(name: WorkloadName, block: number, i: number): Transaction {
  return coinTransaction([{ value: 10_000n, script: addressScript(name, ownerOf(block, i)) }], `${name} ${block} ${i}`);
}

/** In W2 every third operation changes what its owner claimed in the block before; eighty bytes are always a change. */
function dataOf(block: number, i: number, bytes: number): Uint8Array {
  const isUpdate = bytes > CLAIM_BYTES || (i % 3 === 0 && block > 0);
  const name = isUpdate ? nameOf(block - 1, i + 1) : nameOf(block, i);
  return utf8.encode(isUpdate ? `${MAGIC}${UPDATE}${name}:`.padEnd(bytes, 'v') : `${MAGIC}${CLAIM}${name}`);
}

function nameOf(block: number, i: number): string {
  return `n${Math.max(0, block).toString(36).padStart(5, '0')}x${i.toString(36).padStart(5, '0')}`;
}

/** A claim belongs to its own key, and the update in the block after it to the same. */
function ownerOf(block: number, i: number): string {
  return i % 3 === 0 && block > 0 ? `owner ${block - 1} ${i + 1}` : `owner ${block} ${i}`;
}

/** Operations spread evenly among the others. */
function mixed(made: readonly Uint8Array[], others: readonly Uint8Array[]): readonly Uint8Array[] {
  if (made.length === 0) return others;
  const transactions: Uint8Array[] = [];
  let taken = 0;
  for (const [i, one] of made.entries()) {
    transactions.push(one);
    const until = Math.round(((i + 1) * others.length) / made.length);
    while (taken < until) transactions.push(others[taken++] as Uint8Array);
  }
  return transactions;
}

const hash20 = (text: string): Uint8Array => sha256(utf8.encode(text)).subarray(0, 20);

/** Bytes that do not compress, as keys and signatures do not. */
function filler(text: string, bytes: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at * 32 < bytes; at += 1) parts.push(sha256(utf8.encode(`${text} ${at}`)));
  return concatBytes(...parts).subarray(0, bytes);
}

const isLegacy = (name: WorkloadName, owner: string): boolean =>
  name === 'W2' && Number(hash20(owner)[0]) < LEGACY_OF_256;

/** P2PKH or P2WPKH. */
function addressScript(name: WorkloadName, owner: string): Uint8Array {
  const hash = hash20(owner);
  if (!isLegacy(name, owner)) return concatBytes(Uint8Array.of(0x00, 20), hash);
  return concatBytes(Uint8Array.of(0x76, 0xa9, 20), hash, Uint8Array.of(0x88, 0xac));
}

/** Two numbers of 32 bytes in DER, and the byte that says what was signed. */
function signatureOf(text: string): Uint8Array {
  const [r, s] = [filler(`r ${text}`, 32), filler(`s ${text}`, 32)];
  return concatBytes(Uint8Array.of(0x30, 0x44, 0x02, 0x20), r, Uint8Array.of(0x02, 0x20), s, Uint8Array.of(1));
}

const publicKeyOf = (text: string): Uint8Array => concatBytes(Uint8Array.of(2), filler(`key ${text}`, 32));

function operationTransaction(
  name: WorkloadName,
  coin: Transaction,
  { owner, data }: { readonly owner: string; readonly data: Uint8Array },
): Uint8Array {
  const pushed = [signatureOf(owner), publicKeyOf(owner)];
  const script = concatBytes(...pushed.map((item) => concatBytes(Uint8Array.of(item.length), item)));
  const [scriptSig, witness] = isLegacy(name, owner) ? [script, []] : [new Uint8Array(0), pushed];
  const change = { value: 9_000n as Sats, script: addressScript(name, owner) };
  return serializeTransaction({
    version: 2,
    inputs: [{ txid: coin.txid, index: 0, script: scriptSig, sequence: 0xfffffffd, witness }],
    outputs: [{ value: 0n as Sats, script: dataScript(data) }, ...(name === 'W2' ? [change] : [])],
    locktime: 0,
  });
}

/** A payment that is no operation: two inputs with witnesses, and a third output with a script of so many bytes. */
function otherTransaction(salt: string, scriptBytes: number): Uint8Array {
  const input = (index: number) => ({
    txid: coinTransaction([], `other ${salt} ${index}`).txid,
    index,
    script: new Uint8Array(0),
    sequence: 0xfffffffd,
    witness: [signatureOf(salt), publicKeyOf(salt)],
  });
  const pay = (to: string) => ({ value: 5_000n as Sats, script: addressScript('W3', to) });
  const script = concatBytes(Uint8Array.of(0x51), filler(salt, scriptBytes));
  const outputs = [pay(`a ${salt}`), pay(`b ${salt}`), { value: 600n as Sats, script }];
  return serializeTransaction({ version: 2, inputs: [input(0), input(1)], outputs, locktime: 0 });
}
