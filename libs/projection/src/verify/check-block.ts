import { height as toHeight } from '@virtualchain/bitcoin';
import {
  type CollectionHashes,
  changesHash,
  consensusHashOf,
  type FoldedBlock,
  type MemoryFold,
  opsHash,
  SnapshotView,
} from '@virtualchain/machine';
import { decodeEvent, type OperationEvent, operationsDigest } from '@virtualchain/protocol';
import { type StoredBlock, storedSnapshots } from '../build/blocks.ts';
import type { Build } from '../build/build.ts';
import type { BlockRecords, StoredOperation } from '../build/stored.ts';
import { differingRows, nextRowHashes } from './row-hashes.ts';
import { compareAt, compareTrusted, type Disagreement } from './verified.ts';
import type { Step } from './verify-read.ts';

/** The state below the first block that is checked. */
export interface CheckStart {
  readonly fold: MemoryFold;
  /** That the stored rows make. */
  readonly rowHashes: CollectionHashes;
}

/** Checks one block after the other: what the operations, the transitions and the rows of each make is its hashes. */
export class BlockChecks {
  readonly #build: Build;
  readonly #fold: MemoryFold | null;
  readonly #seals: SnapshotView;
  #rowHashes: CollectionHashes;

  /** Where nothing is folded again, the consensus hash is computed from the ops hash and the hashes below. */
  constructor(build: Build, { fold, rowHashes }: CheckStart, isFolding: boolean) {
    this.#build = build;
    this.#fold = isFolding ? fold : null;
    this.#seals = new SnapshotView(build.machine, storedSnapshots(build));
    this.#rowHashes = rowHashes;
  }

  async check(block: StoredBlock, step: Step, trusted: string | undefined): Promise<Disagreement[]> {
    const { height } = block;
    this.#rowHashes = nextRowHashes(this.#build.machine, height, this.#rowHashes, step.changes.get(height) ?? []);
    const stored = step.operations.get(height) ?? [];
    const serialized = (step.transitions.get(height) ?? []).map((transition) => transition.serialized);
    const records = step.records.get(height) ?? { values: new Map(), problem: null };
    const found = compareAt(height, [
      ['records', records.problem ?? 'whole', 'whole'],
      ['operations (count)', String(block.operationCount), String(stored.length)],
      ['operations (digest)', block.digest, operationsDigest([...records.values.values()])],
      ['transitions', block.opsHash, opsHash(serialized)],
    ]);
    const { events, unreadable } = decodeStored(height, stored, records);
    found.push(...unreadable);
    if (this.#fold !== null && unreadable.length === 0) {
      const folded = await this.#fold.connect({ ...block, operations: events });
      if (folded !== null) found.push(...this.#compareFolded(block, stored, folded));
    }
    found.push(...compareAt(height, [['changes hash of the rows', block.changesHash, changesHash(this.#rowHashes)]]));
    if (trusted !== undefined) found.push(...compareTrusted(height, trusted, String(block.consensusHash)));
    if (this.#fold === null) found.push(...(await this.#checkSeal(block)));
    return found;
  }

  #compareFolded(block: StoredBlock, stored: readonly StoredOperation[], folded: FoldedBlock): Disagreement[] {
    const verdicts = folded.outcomes.flatMap(({ verdict }, i) =>
      compareAt(block.height, [
        [`verdict of operation ${i}`, stored[i]?.verdict, verdict.kind],
        ...(verdict.kind === 'accepted'
          ? []
          : ([[`reason of operation ${i}`, stored[i]?.code ?? '', verdict.code]] as const)),
      ]),
    );
    const hashes = compareAt(block.height, [
      ['ops hash', block.opsHash, folded.opsHash],
      ['consensus hash', block.consensusHash, folded.consensusHash],
      ['changes hash', block.changesHash, folded.changesHash],
    ]);
    return [...verdicts, ...hashes, ...differingRows(block.height, folded.collectionHashes, this.#rowHashes)];
  }

  /** A block's consensus hash from its stored ops hash and the hashes below it. */
  async #checkSeal(block: StoredBlock): Promise<Disagreement[]> {
    const height = toHeight(block.height);
    const previous = (await this.#seals.previousOf(height)).filter((hash) => hash !== null);
    const computed = consensusHashOf(block.opsHash ?? '', previous);
    this.#seals.add(height, computed);
    return compareAt(height, [['consensus hash', block.consensusHash, computed]]);
  }
}

/** The events of stored operations, and what stands beside one and is not what it says. */
function decodeStored(height: number, stored: readonly StoredOperation[], { values }: BlockRecords) {
  const events: OperationEvent[] = [];
  const unreadable: Disagreement[] = [];
  for (const [i, operation] of stored.entries()) {
    const value = values.get(operation.position);
    const decoded = value === undefined ? null : decodeEvent(value);
    if (decoded?.kind !== 'event' || decoded.event.type !== 'operation') {
      unreadable.push(...compareAt(height, [[`operation ${i}`, 'not an operation event', 'an operation event']]));
      continue;
    }
    const { event } = decoded;
    events.push(event);
    unreadable.push(
      ...compareAt(height, [
        [`txid of operation ${i}`, operation.txid, event.txid],
        [`transaction of operation ${i}`, String(operation.transactionIndex), String(event.transactionIndex)],
        [`opcode of operation ${i}`, String(operation.opcode), String(event.opcode)],
      ]),
    );
  }
  return { events, unreadable };
}
