import {
  type Block,
  type BlockHash,
  checkProofOfWork,
  headerHash,
  height,
  merkleRoot,
  NULL_HASH,
  NULL_TXID,
  parseBlock,
  parseTransaction,
  type Sats,
  serializeBlock,
  serializeHeader,
  serializeTransaction,
  type TransactionFields,
  type Txid,
} from '@virtualchain/bitcoin';
import type { BitcoinNode } from '@virtualchain/node-client';

const REGTEST_BITS = 0x207fffff;
const text = new TextEncoder();

function transaction(from: { txid: Txid; script: string }, ...scripts: Uint8Array[]): TransactionFields {
  const input = { txid: from.txid, index: from.txid === NULL_TXID ? 0xffffffff : 0, witness: [], sequence: 0xffffffff };
  return {
    version: 2,
    inputs: [{ ...input, script: text.encode(from.script) }],
    outputs: scripts.map((script) => ({ value: 1_000n as Sats, script })),
    locktime: 0,
  };
}

/** A transaction that pays for an operation, in no block that anybody looks at. */
const FUNDING = serializeTransaction(
  transaction({ txid: 'ab'.repeat(32) as Txid, script: 'paid' }, Uint8Array.of(0x51)),
);
export const FUNDING_TXID = parseTransaction(FUNDING).txid;

/** A block whose name spells its ancestry: `0ab` builds on `0a`. Each payload becomes an operation's transaction. */
function mine(name: string, previousHash: BlockHash, payloads: readonly string[], bits = REGTEST_BITS): Block {
  const transactions = [
    transaction({ txid: NULL_TXID, script: `coinbase ${name}` }, Uint8Array.of(0x51)),
    ...payloads.map((payload, index) => {
      const data = text.encode(payload);
      return transaction({ txid: FUNDING_TXID, script: `${name} ${index}` }, Uint8Array.of(0x6a, data.length, ...data));
    }),
  ];
  const root = merkleRoot(transactions.map((fields) => parseTransaction(serializeTransaction(fields)).txid));
  const header = { version: 4, previousHash, merkleRoot: root, time: 1_700_000_000, bits, nonce: 0 };
  while (!checkProofOfWork(headerHash(serializeHeader(header)), header.bits)) header.nonce += 1;
  return parseBlock(serializeBlock(header, transactions));
}

/** What the node has, and how it answers. */
interface Made {
  readonly first: number;
  readonly blocks: Map<string, Block>;
  readonly invalid: Set<string>;
  best: readonly Block[];
  network: string;
  isFundingHidden: boolean;
  isFundingPruned: boolean;
  pruneHeight: number | null;
  broken: Error | null;
}

/** The node of a test: the port over what was made so far. */
function nodeOver(made: Made): BitcoinNode {
  const { first, blocks, invalid } = made;
  const answer = <Result>(result: () => Result): Promise<Result> =>
    made.broken === null ? Promise.resolve(result()) : Promise.reject(made.broken);
  const find = (hash: string) => [...blocks.values()].find((block) => block.hash === hash);
  const heightOf = (name: string) => height(first + name.length - 1);
  const tip = () => ({ height: height(first + made.best.length - 1), hash: made.best.at(-1)?.hash ?? NULL_HASH });
  const hasFunding = () => !made.isFundingHidden && !made.isFundingPruned;
  const close = async (): Promise<void> => undefined;
  return {
    label: 'made',
    zmqUrl: async () => null,
    status: () =>
      answer(() => ({
        network: made.network,
        genesisHash: NULL_HASH,
        blocks: tip().height,
        headers: tip().height,
        bestBlockHash: tip().hash,
        initialBlockDownload: false,
        pruneHeight: made.pruneHeight === null ? null : height(made.pruneHeight),
      })),
    bestBlock: () => answer(tip),
    blockHashAt: (wanted) => answer(() => made.best[wanted - first]?.hash ?? null),
    blockHashesFrom: (from, count) =>
      answer(() => made.best.slice(Math.max(0, from - first), from - first + count).map(({ hash }) => hash)),
    header: (hash) => answer(() => find(hash)?.headerBytes ?? null),
    block: (hash) => answer(() => find(hash)?.bytes ?? null),
    chainTips: () =>
      answer(() => [
        { ...tip(), branchLength: 0, status: 'active' as const },
        ...[...blocks]
          .filter(([, { hash }]) => invalid.has(hash))
          .map(([name, { hash }]) => ({ hash, height: heightOf(name), branchLength: 1, status: 'invalid' as const })),
      ]),
    transactions: (txids) =>
      answer(
        () => new Map<Txid, Uint8Array>(hasFunding() && txids.includes(FUNDING_TXID) ? [[FUNDING_TXID, FUNDING]] : []),
      ),
    spentOutputs: (txids) =>
      answer(() => {
        const shown = made.isFundingPruned ? txids : [];
        return new Map(shown.map((txid) => [txid, { ...parseTransaction(FUNDING).outputs }] as const));
      }),
    fundingSource: () => answer(() => 'index' as const),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A node in memory whose best chain the test chooses; block `0` has height `first`. */
export function madeNode(first: number) {
  const made: Made = {
    ...{ first, blocks: new Map(), invalid: new Set(), best: [], network: 'regtest' },
    ...{ isFundingHidden: false, isFundingPruned: false, pruneHeight: null, broken: null },
  };

  function blockNamed(name: string, payloads: readonly string[] = [], bits = REGTEST_BITS): Block {
    const known = made.blocks.get(name);
    if (known !== undefined) return known;
    const parent = name.length === 1 ? NULL_HASH : blockNamed(name.slice(0, -1)).hash;
    const block = mine(name, parent, payloads, bits);
    made.blocks.set(name, block);
    return block;
  }

  return {
    node: nodeOver(made),
    blockNamed,
    /** Makes the block of that name the tip. */
    moveTo(name: string): void {
      made.best = Array.from(name, (_letter, index) => blockNamed(name.slice(0, index + 1)));
    },
    /** The node calls the block of that name invalid. */
    callInvalid(name: string): void {
      made.invalid.add(blockNamed(name).hash);
    },
    moveToNetwork(name: string): void {
      made.network = name;
    },
    hideFunding(hidden: boolean): void {
      made.isFundingHidden = hidden;
    },
    /** The node keeps blocks from this height on, and shows outputs of what it has pruned. */
    prune(from: number): void {
      made.pruneHeight = from;
      made.isFundingPruned = true;
    },
    /** Every call fails with it until it is null again. */
    breakWith(error: Error | null): void {
      made.broken = error;
    },
    nameOf: (hash: string) => [...made.blocks].find(([, block]) => block.hash === hash)?.[0] ?? hash,
  };
}
