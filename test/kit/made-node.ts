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

/** A node in memory whose best chain the test chooses; block `0` has height `first`. */
export function madeNode(first: number) {
  const blocks = new Map<string, Block>();
  let best: Block[] = [];
  const invalid = new Set<string>();
  let network = 'regtest';
  let fundingHidden = false;
  let fundingPruned = false;
  let pruneHeight: number | null = null;
  let broken: Error | null = null;
  const answer = <Result>(result: Result): Promise<Result> =>
    broken === null ? Promise.resolve(result) : Promise.reject(broken);
  const at = (wanted: number): Block | undefined => best[wanted - first];

  function blockNamed(name: string, payloads: readonly string[] = [], bits = REGTEST_BITS): Block {
    const known = blocks.get(name);
    if (known !== undefined) return known;
    const parent = name.length === 1 ? NULL_HASH : blockNamed(name.slice(0, -1)).hash;
    const block = mine(name, parent, payloads, bits);
    blocks.set(name, block);
    return block;
  }

  const find = (hash: string) => [...blocks.values()].find((block) => block.hash === hash);
  const tip = () => ({ height: height(first + best.length - 1), hash: best.at(-1)?.hash ?? NULL_HASH });
  const close = async (): Promise<void> => undefined;
  const node: BitcoinNode = {
    label: 'made',
    zmqUrl: async () => null,
    status: () =>
      answer({
        network,
        genesisHash: NULL_HASH,
        blocks: tip().height,
        headers: tip().height,
        bestBlockHash: tip().hash,
        initialBlockDownload: false,
        pruneHeight: pruneHeight === null ? null : height(pruneHeight),
      }),
    bestBlock: () => answer(tip()),
    blockHashAt: (wanted) => answer(at(wanted)?.hash ?? null),
    blockHashesFrom: (from, count) =>
      answer(best.slice(Math.max(0, from - first), from - first + count).map(({ hash }) => hash)),
    header: (hash) => answer(find(hash)?.headerBytes ?? null),
    block: (hash) => answer(find(hash)?.bytes ?? null),
    chainTips: () =>
      answer([
        { ...tip(), branchLength: 0, status: 'active' as const },
        ...[...blocks]
          .filter(([, { hash }]) => invalid.has(hash))
          .map(([name, { hash }]) => ({
            hash,
            height: height(first + name.length - 1),
            branchLength: 1,
            status: 'invalid' as const,
          })),
      ]),
    transactions: (txids) =>
      answer(
        new Map<Txid, Uint8Array>(
          fundingHidden || fundingPruned || !txids.includes(FUNDING_TXID) ? [] : [[FUNDING_TXID, FUNDING]],
        ),
      ),
    spentOutputs: (txids) =>
      answer(
        new Map(fundingPruned ? txids.map((txid) => [txid, { ...parseTransaction(FUNDING).outputs }] as const) : []),
      ),
    fundingSource: () => answer('index' as const),
    close,
    [Symbol.asyncDispose]: close,
  };

  return {
    node,
    blockNamed,
    /** Makes the block of that name the tip. */
    moveTo(name: string): void {
      best = Array.from(name, (_letter, index) => blockNamed(name.slice(0, index + 1)));
    },
    /** The node calls the block of that name invalid. */
    callInvalid(name: string): void {
      invalid.add(blockNamed(name).hash);
    },
    moveToNetwork(name: string): void {
      network = name;
    },
    hideFunding(hidden: boolean): void {
      fundingHidden = hidden;
    },
    /** The node keeps blocks from this height on, and shows outputs of what it has pruned. */
    prune(from: number): void {
      pruneHeight = from;
      fundingPruned = true;
    },
    /** Every call fails with it until it is null again. */
    breakWith(error: Error | null): void {
      broken = error;
    },
    nameOf: (hash: string) => [...blocks].find(([, block]) => block.hash === hash)?.[0] ?? hash,
  };
}
