import { bytesToHex, hash160, p2pkhScript, pushBytes, scriptAddress, type Transaction } from '@virtualchain/bitcoin';
import { type FoldInput, MemoryFold } from '@virtualchain/machine';
import {
  bnsChain,
  bnsMachine,
  hash128,
  nameConsensusHash,
  namePreorderPayload,
  namespacePreorderPayload,
  namespaceReadyPayload,
  namespaceRevealPayload,
  nameTransferPayload,
  nameUpdatePayload,
  preorderHash,
  registrationPayload,
} from '@virtualchain/machine-bns';
import type { MachineInstance } from '@virtualchain/projection';
import { extendChain, foldInput, REGTEST_GENESIS, type TestChain } from '@virtualchain/testing';
import { BURN, type Person } from '../../kit/bns-random/people.ts';
import { type Plan, pays, transactionOf } from '../../kit/bns-random/plan.ts';

/** A busy chain of the name system: the blocks, and what a straight fold of them on memory ends in. */
export interface NamesWorkload {
  readonly instance: MachineInstance;
  readonly inputs: readonly FoldInput[];
  readonly consensusHashes: readonly string[];
  readonly operations: number;
}

/** Of so many blocks with 300 operations each, which are 100,000 in all and leave 25,000 names. */
export const BUSY_BLOCKS = 339;

const NAMESPACE = 'bench';
const PRICE = 10_000_000_0000_0000n;
const NAME_PRICE = 100_000_0000n;
/** Names that one person has in the end: below the quota. */
const NAMES_PER_PERSON = 8;

/**
 * A namespace is launched; from then on each block holds as many preorders as registrations of those of the block before,
 * updates and transfers of older names, so many operations in all. All of them are meant to be accepted.
 */
export function makeNames(blocks: number, operationsPerBlock: number): Promise<NamesWorkload> {
  const size = `${blocks} ${operationsPerBlock}`;
  const known = made.get(size) ?? makeChain(blocks, operationsPerBlock);
  made.set(size, known);
  return known;
}

/** By their sizes: a large one takes half a minute, and three rows are about it. */
const made = new Map<string, Promise<NamesWorkload>>();

async function makeChain(blocks: number, operationsPerBlock: number): Promise<NamesWorkload> {
  const chain = bnsChain({ firstBlock: 1 });
  const machine = bnsMachine({ consensusWindow: 24 }, chain);
  const instance: MachineInstance = { chain, machine, network: 'mainnet', parameters: {} };
  const fold = await MemoryFold.open(machine);
  const inputs: FoldInput[] = [];
  let top: TestChain = [REGTEST_GENESIS];
  for (let index = 0; index < blocks; index += 1) {
    const recent = fold.tip?.consensusHash ?? '';
    const plans =
      index < LAUNCH.length ? [LAUNCH[index]?.(recent) as Plan] : busyBlock(index, operationsPerBlock, recent);
    const coins = new Map<string, Transaction>();
    const transactions = plans.map((plan, position) => {
      const transaction = transactionOf(chain, plan, `${index} ${position}`);
      for (const coin of transaction.coins) coins.set(coin.txid, coin);
      return transaction.bytes;
    });
    top = extendChain(top.slice(-1), { length: 1, transactions: () => transactions });
    const [, block] = top;
    if (block === undefined) throw new RangeError('no block was made');
    const input = foldInput(instance, block, (txid) => coins.get(txid));
    await fold.connect(input);
    inputs.push(input);
  }
  const consensusHashes = fold.blocks.map(({ consensusHash }) => consensusHash);
  return { instance, inputs, consensusHashes, operations: inputs.reduce((sum, one) => sum + one.operations.length, 0) };
}

const people = new Map<number, Person>();
const launcher = personOf(-1);

/** Preorder, reveal and launch of the namespace, a block each; the first block has no hash to name. */
const LAUNCH: readonly ((recent: string) => Plan | null)[] = [
  () => updateOf(0, 'ab'.repeat(16)),
  (recent) => ({
    why: 'namespace preorder',
    by: [launcher],
    opcode: '*',
    payload: namespacePreorderPayload({
      preorderHash: preorderHash(NAMESPACE, launcher.scriptHex, launcher.address),
      consensusHash: recent,
      tokens: null,
    }),
    outputs: [pays(launcher), pays(BURN, PRICE)],
  }),
  () => ({
    why: 'reveal',
    by: [launcher],
    opcode: '&',
    payload: namespaceRevealPayload({
      lifetime: 0xffff_ffff,
      coeff: 1,
      base: 1,
      buckets: Array.from({ length: 16 }, () => 0),
      nonAlphaDiscount: 1,
      noVowelDiscount: 1,
      version: 1,
      namespaceId: NAMESPACE,
    }),
    outputs: [pays(launcher), pays(launcher)],
  }),
  () => ({
    why: 'ready',
    by: [launcher],
    opcode: '!',
    payload: namespaceReadyPayload({ namespaceId: NAMESPACE }),
    outputs: [pays(launcher)],
  }),
];

function busyBlock(block: number, operations: number, recent: string): readonly Plan[] {
  const each = Math.floor(operations / 4);
  const numbers = (at: number): readonly number[] => Array.from({ length: each }, (_, i) => at * each + i);
  const at = block - LAUNCH.length;
  return [
    ...numbers(at).map((i) => preorderOf(i, recent)),
    ...(at > 0 ? numbers(at - 1).map(registrationOf) : []),
    ...(at > 1 ? numbers(at - 2).map((i) => updateOf(i, recent)) : []),
    ...(at > 2 ? numbers(at - 3).map((i) => transferOf(i, recent)) : []),
  ];
}

const nameOf = (i: number): string => `n${i}.${NAMESPACE}`;
const ownerOf = (i: number): Person => personOf(Math.floor(i / NAMES_PER_PERSON));

function personOf(i: number): Person {
  const known = people.get(i);
  if (known !== undefined) return known;
  const key = Uint8Array.from({ length: 33 }, (_, at) => (at === 0 ? 2 : ((i + 2) >> (8 * (at % 4))) & 255));
  const script = p2pkhScript(hash160(key));
  const made: Person = {
    name: `person ${i}`,
    script,
    scriptHex: bytesToHex(script),
    address: scriptAddress(script, 'mainnet') ?? '',
    key: null,
    inputScript: Uint8Array.from([...pushBytes(new Uint8Array(71)), ...pushBytes(key)]),
  };
  people.set(i, made);
  return made;
}

function preorderOf(i: number, recent: string): Plan {
  const by = ownerOf(i);
  const hash = preorderHash(nameOf(i), by.scriptHex, by.address);
  return {
    why: 'preorder',
    by: [by],
    opcode: '?',
    payload: namePreorderPayload({ preorderHash: hash, consensusHash: recent, tokens: null }),
    outputs: [pays(by), pays(BURN, NAME_PRICE)],
  };
}

function registrationOf(i: number): Plan {
  const by = ownerOf(i);
  const payload = registrationPayload({ name: nameOf(i), valueHash: null, tokens: null });
  return { why: 'register', by: [by], opcode: ':', payload, outputs: [pays(by)] };
}

function updateOf(i: number, recent: string): Plan {
  const by = ownerOf(i);
  const value = { nameConsensusHash: nameConsensusHash(nameOf(i), recent), valueHash: 'ab'.repeat(20) };
  return { why: 'update', by: [by], opcode: '+', payload: nameUpdatePayload(value), outputs: [pays(by)] };
}

/** To somebody who has none yet, so that nobody's quota fills up. */
function transferOf(i: number, recent: string): Plan {
  const payload = nameTransferPayload({ keepsValue: true, nameHash: hash128(nameOf(i)), consensusHash: recent });
  const to = personOf(1_000_000 + Math.floor(i / NAMES_PER_PERSON));
  return { why: 'transfer', by: [ownerOf(i)], opcode: '>', payload, outputs: [pays(to)] };
}
