/** Scenario 59 of `spec/bns-scenarios.md`, by the names of its files: light clients, in memory, over whole blocks. */
import { beforeAll, expect, test } from '@jest/globals';
import { type Height, merklePathAt, parseBlock, serializeMerklePath, type Transaction } from '@virtualchain/bitcoin';
import {
  type ConsensusHash,
  MemoryFold,
  type PlacedProof,
  parseSerializedOperation,
  parseTrustRoot,
  resolveTrustRoot,
  type SnvServer,
  trailingConsensusHash,
  verifyOperations,
} from '@virtualchain/machine';
import {
  type BuiltBlock,
  buildChain,
  coinTransaction,
  extendChain,
  foldInput,
  operationTransaction,
  type PlannedBlock,
  senderScript,
} from '@virtualchain/testing';
import {
  bns,
  empty,
  FIRST,
  launched,
  OTHER_VALUE,
  preorder,
  register,
  revoke,
  scriptHex,
  transfer,
  update,
} from '../kit/bns-steps.ts';

const subject = bns();
const { machine } = subject;
const history: readonly PlannedBlock[] = [
  ...launched(),
  [preorder({ by: 'w2' })],
  [register({ by: 'w2' })],
  [update({ by: 'w2', value: OTHER_VALUE })],
  [transfer({ by: 'w2', to: 'w3' })],
  [revoke({ by: 'w3' })],
  ...empty(40),
];

let blocks: readonly BuiltBlock[];
let fold: MemoryFold;

/** One more block, in which somebody names the newest consensus hash: what a proof may start from. */
beforeAll(async () => {
  const before = await folded(mined(history));
  const latest = before.tip?.consensusHash ?? '';
  blocks = mined([...history, [preorder({ by: 'w4', name: 'bar.test', consensusHash: latest })]]);
  fold = await folded(blocks);
});

const funding = new Map<string, Transaction>();

function mined(planned: readonly PlannedBlock[]): readonly BuiltBlock[] {
  const transactions = (height: number) =>
    (planned[height - FIRST] ?? []).map((operation, position) => {
      const script = operation.spends ?? senderScript(operation.sender);
      const coin = coinTransaction([{ value: 100_000_000n, script }], `${height} ${position}`);
      funding.set(coin.txid, coin);
      return operationTransaction(subject.chain, operation, coin).bytes;
    });
  return extendChain(buildChain({ to: FIRST - 1 }), { length: planned.length, transactions });
}

async function folded(chain: readonly BuiltBlock[]): Promise<MemoryFold> {
  const made = await MemoryFold.open(machine);
  for (const block of chain.slice(FIRST)) await made.connect(foldInput(subject, block, (txid) => funding.get(txid)));
  return made;
}

const sealed = (height: number) => fold.blocks.find(({ block }) => block.height === height);

const server: SnvServer = {
  opsHash: async (height) => sealed(height)?.opsHash ?? null,
  consensusHashes: async (heights) => heights.map((height) => sealed(height)?.consensusHash ?? null),
  operationsAt: async (height) => sealed(height)?.transitions.map(({ serialized }) => serialized) ?? null,
};

const blockAt = (height: number) => parseBlock(blocks[height]?.bytes ?? new Uint8Array(0));

/** The proof that the transaction at a place is in its block. */
function proofAt(height: number, index: number): PlacedProof | null {
  const { transactions, tree } = blockAt(height);
  const transaction = transactions[index]?.strippedBytes;
  if (transaction === undefined) return null;
  return { height: height as Height, transaction, merklePath: serializeMerklePath(merklePathAt(tree, index)) };
}

/** The preorder of the last block, which names a consensus hash. */
const naming = (): string => blockAt(fold.height).transactions[1]?.txid ?? '';

/** The block that a root, as a person types it, vouches for. */
async function trustedBy(text: string) {
  const root = parseTrustRoot(text);
  if (root === null) throw new RangeError(`${text} is no root`);
  const newest = fold.height as Height;
  const resolved = await resolveTrustRoot(root, {
    server,
    proofs: {
      byTxid: async (txid) => (txid === naming() ? proofAt(newest, 1) : null),
      bySerialNumber: async (height, index) => proofAt(height, index),
    },
    merkleRootAt: (height) => blockAt(height).header.merkleRoot,
    consensusHashIn: trailingConsensusHash,
    firstBlock: machine.firstBlock,
    consensusWindow: machine.consensusWindow,
    newest,
  });
  if (resolved.kind !== 'trusted') throw new RangeError(`${text} is not believed: ${resolved.detail}`);
  return resolved.trusted;
}

const roots: readonly (readonly [string, () => string])[] = [
  ['a consensus hash', () => `${fold.tip?.consensusHash}`],
  ['a txid', naming],
  ['a serial number', () => `${fold.height}-1`],
];

const scenarios = [
  ['name_pre_reg_snv', 105, ':', { sender: 'w2' }],
  ['name_pre_reg_up_snv', 106, '+', { sender: 'w2', value_hash: OTHER_VALUE }],
  ['name_pre_reg_xfer_snv', 107, '>', { sender: 'w3' }],
  ['name_pre_reg_revoke_snv', 108, '~', { revoked: 'True' }],
] as const;

test.each(
  scenarios.flatMap(([name, height, opcode, said]) =>
    roots.map(([what, text]) => [name, what, height, opcode, said, text] as const),
  ),
)('%s: proved from %s', async (_name, _what, height, opcode, said, text) => {
  const trusted = await trustedBy(text());
  const answer = await verifyOperations({ trusted, target: height as Height, firstBlock: machine.firstBlock }, server);
  if (answer.kind !== 'authentic') throw new RangeError(answer.detail);
  const [operation] = answer.operations.map((bytes) => parseSerializedOperation(bytes, machine.hashedFields));
  const fields = Object.fromEntries(
    Object.entries(operation?.fields ?? {}).map(([name, bytes]) => [name, Buffer.from(bytes).toString('latin1')]),
  );
  expect(answer.operations).toHaveLength(1);
  expect(operation?.opcode).toBe(opcode.charCodeAt(0));
  const owner = 'sender' in said ? { sender: scriptHex(said.sender) } : {};
  expect(fields).toMatchObject({ name: 'foo.test', ...said, ...owner });
});

test('a history that was never folded is not believed', async () => {
  const trusted = { height: fold.height as Height, consensusHash: '11'.repeat(16) as ConsensusHash };
  const question = { trusted, target: 105 as Height, firstBlock: machine.firstBlock };
  expect(await verifyOperations(question, server)).toMatchObject({ problem: 'CONSENSUS_HASH_MISMATCH' });
});
