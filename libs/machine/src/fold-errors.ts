import { ExpectedError, errorText } from '@virtualchain/kernel';

/** Where a machine failed. */
export interface FaultPlace {
  readonly hook: string;
  readonly height: number;
  /** The operation that was being judged; null in a hook of the block. */
  readonly at: { readonly txid: string; readonly sequence: number } | null;
}

/** A hook of the machine threw: a bug in its rules. Nothing of the block was kept. */
export class MachineFaulted extends ExpectedError {
  override readonly name = 'MachineFaulted';
  readonly code = 'MACHINE_FAULTED';
  readonly remedy = 'halt';
  readonly height: number;
  readonly hook: string;
  readonly txid: string | null;
  readonly sequence: number | null;

  constructor(machine: string, { hook, height, at }: FaultPlace, cause: unknown) {
    const where = at === null ? '' : `, transaction ${at.txid}, sequence ${at.sequence}`;
    const why = errorText(cause);
    super(`${machine}: ${hook} threw at height ${height}${where}: ${why}; mend the machine, then resume`, { cause });
    this.hook = hook;
    this.height = height;
    this.txid = at?.txid ?? null;
    this.sequence = at?.sequence ?? null;
  }
}

/** A block was sealed with another consensus hash than the machine expects. Nothing of the block was kept. */
export class SnapshotMismatch extends ExpectedError {
  override readonly name = 'SnapshotMismatch';
  readonly code = 'SNAPSHOT_MISMATCH';
  readonly remedy = 'halt';

  constructor(machine: string, height: number, hashes: { readonly expected: string; readonly computed: string }) {
    super(
      `${machine}: the consensus hash at height ${height} is ${hashes.computed}, expected ${hashes.expected}; ` +
        'compare with another operator (vchain diverge)',
    );
  }
}

/** A consensus hash that this block mixes in is not there: the state does not begin where the machine says. */
export class SnapshotMissing extends ExpectedError {
  override readonly name = 'SnapshotMissing';
  readonly code = 'SNAPSHOT_MISSING';
  readonly remedy = 'halt';

  constructor(machine: string, block: number, missing: number) {
    super(
      `${machine}: block ${block} mixes in the consensus hash of ${missing}, which is not there; rebuild, or give it as initial snapshot`,
    );
  }
}
