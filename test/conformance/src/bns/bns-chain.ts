import { bytesToHex, height as heightOf } from '@virtualchain/bitcoin';
import { type FoldInput, MemoryFold, type OperationOutcome } from '@virtualchain/machine';
import { type AccountRow, balanceOf, type NameRow, type NamespaceRow, operationOf } from '@virtualchain/machine-bns';
import type { OperationEvent } from '@virtualchain/protocol';
import type { Case } from '../case.ts';
import { madeUpHash } from '../chains/made-up-events.ts';
import { type BnsHead, type BnsTransactionVector, bnsInstance, bnsOperation } from './bns-events.ts';

export interface BnsBlockVector {
  readonly height: number;
  readonly ops_hash: string;
  readonly consensus_hash: string;
  readonly txs: readonly BnsTransactionVector[];
}

type Fields = Readonly<Record<string, unknown>>;

export interface BnsChainVectors extends BnsHead {
  readonly keys: Readonly<Record<string, { readonly address: string }>>;
  readonly blocks: readonly BnsBlockVector[];
  readonly final: {
    readonly names: Readonly<Record<string, Fields | null>>;
    readonly namespaces: Readonly<Record<string, Fields | null>>;
    readonly balances: Readonly<Record<string, string>>;
  };
}

/** A block of the file as the log hands it to the fold. */
export function bnsBlock({ height: at, txs }: BnsBlockVector): FoldInput {
  const height = heightOf(at);
  const operations: OperationEvent[] = [];
  for (const tx of txs) {
    const position = operations.length;
    const operation = bnsOperation(tx, { height, blockHash: madeUpHash(height), position });
    if (operation === null) continue;
    operations.push({ ...operation, schema: 1, log: '00'.repeat(16), epoch: 1, sequence: position + 1 });
  }
  return {
    height,
    hash: madeUpHash(height),
    previousHash: madeUpHash(height - 1),
    time: height,
    operations,
  };
}

export async function* bnsChainCases({ blocks, final, keys, ...head }: BnsChainVectors): AsyncIterable<Case> {
  const fold = await MemoryFold.open(bnsInstance(head).machine);
  for (const block of blocks) {
    yield {
      name: `block ${block.height}`,
      expected: {
        transactions: block.txs.map(({ txid, accepted, serialized_for_consensus }) => ({
          txid,
          accepted,
          serialized: serialized_for_consensus,
        })),
        ops_hash: block.ops_hash,
        consensus_hash: block.consensus_hash,
      },
      actual: () => foldBlock(fold, block),
    };
  }
  for (const [name, expected] of Object.entries(final.names)) {
    yield { name: `name ${name}`, expected, actual: () => shownName(fold, name) };
  }
  for (const [id, expected] of Object.entries(final.namespaces)) {
    yield { name: `namespace ${id}`, expected, actual: () => shownNamespace(fold, id) };
  }
  for (const [who, expected] of Object.entries(final.balances)) {
    yield { name: `balance of ${who}`, expected, actual: () => `${balanceAt(fold, keys[who]?.address ?? who)}` };
  }
}

async function foldBlock(fold: MemoryFold, block: BnsBlockVector) {
  const folded = await fold.connect(bnsBlock(block));
  if (folded === null) throw new TypeError(`block ${block.height} is below the first one`);
  const outcomes = new Map(folded.outcomes.map((outcome) => [outcome.event.transactionIndex, outcome]));
  const serialized = new Map(
    folded.transitions.map((transition) => [transition.operationPosition, latin1(transition.serialized)]),
  );
  return {
    transactions: block.txs.map(({ txid, vtxindex }) => ({
      txid,
      accepted: isAccepted(outcomes.get(vtxindex)),
      serialized: serialized.get(outcomes.get(vtxindex)?.event.position ?? -1) ?? null,
    })),
    ops_hash: folded.opsHash,
    consensus_hash: folded.consensusHash,
  };
}

function isAccepted(outcome: OperationOutcome | undefined): boolean {
  return outcome?.verdict.kind === 'accepted';
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytesToHex(bytes), 'hex').toString('latin1');
}

/** The original's record. JSON has no integers of that size, so amounts are compared as doubles. */
function shownName(fold: MemoryFold, name: string): Fields | null {
  const row = fold.state.dump('names').find((candidate) => candidate['name'] === name) as NameRow | undefined;
  if (row === undefined) return null;
  const { imported_op_fee, update_consensus_hash: _update, op_fee, token_fee, ...same } = row;
  return {
    ...same,
    opcode: operationOf(row.op),
    op_fee: imported_op_fee?.value ?? Number(op_fee),
    token_fee: Number(token_fee),
  };
}

function shownNamespace(fold: MemoryFold, id: string): Fields | null {
  const row = fold.state.dump('namespaces').find((candidate) => candidate['namespace_id'] === id);
  if (row === undefined) return null;
  const { op, op_fee, token_fee, ...same } = row as NamespaceRow;
  return { ...same, op, opcode: operationOf(op), op_fee: Number(op_fee), token_fee: Number(token_fee) };
}

function balanceAt(fold: MemoryFold, address: string): bigint {
  const row = fold.state.dump('accounts').find((candidate) => candidate['address'] === address);
  return row === undefined ? 0n : balanceOf(row as AccountRow);
}
