import { ExpectedError, errorText, type Remedy } from '@virtualchain/kernel';
import { refusalHelp } from '@virtualchain/postgres';

/** Another projector moved the checkpoint, or a commit that seemed to fail had happened. Nothing was written. */
export class CheckpointMoved extends ExpectedError {
  override readonly name = 'CheckpointMoved';
  readonly code = 'CHECKPOINT_MOVED';
  readonly remedy = 'retry';

  constructor(schema: string, expected: number) {
    super(`${schema}: the checkpoint is no longer at sequence ${expected}; read it again and go on from there`);
  }
}

/** What was to be folded does not begin where the checkpoint ends. */
export class NotNext extends ExpectedError {
  override readonly name = 'NotNext';
  readonly code = 'NOT_NEXT';
  readonly remedy = 'retry';

  constructor(schema: string, detail: string) {
    super(`${schema}: ${detail}; read the log again from the checkpoint`);
  }
}

/** The checkpoint names another log than the one that is read. */
export class ForeignLog extends ExpectedError {
  override readonly name = 'ForeignLog';
  readonly code = 'LOG_REPLACED';
  readonly remedy = 'halt';

  constructor(schema: string, ours: string, theirs: string) {
    super(
      `${schema}: its checkpoint is on log ${ours}, the topic is log ${theirs}; if the topic was created again, run: vchain attach <machine>`,
    );
  }
}

/** The build was made with other parameters than the definition has now. */
export class ParametersDiffer extends ExpectedError {
  override readonly name = 'ParametersDiffer';
  readonly code = 'PARAMETERS_DIFFER';
  readonly remedy = 'halt';

  constructor(schema: string) {
    super(
      `${schema}: was built with other parameters than the definition has now; use the same, or run: vchain rebuild <machine>`,
    );
  }
}

/** The build was made by another version of the machine's rules than the definition has. */
export class VersionDiffers extends ExpectedError {
  override readonly name = 'VersionDiffers';
  readonly code = 'VERSION_DIFFERS';
  readonly remedy = 'halt';

  constructor(machine: string, schema: string, live: number, ours: number) {
    super(
      live > ours
        ? `${schema}: the live build of ${machine} is version ${live}, this code has version ${ours}; deploy the newer code`
        : `${schema}: the live build of ${machine} is version ${live}, this code has version ${ours}; run: vchain rebuild ${machine}`,
    );
  }
}

/** The tables of the build are laid out as another version of this software has them. */
export class LayoutDiffers extends ExpectedError {
  override readonly name = 'LayoutDiffers';
  readonly code = 'LAYOUT_DIFFERS';
  readonly remedy = 'halt';

  constructor(machine: string, schema: string, live: number, ours: number) {
    super(
      live > ours
        ? `${schema}: its tables have layout ${live}, this code has layout ${ours}; deploy the newer code`
        : `${schema}: its tables have layout ${live}, this code has layout ${ours}; run: vchain rebuild ${machine}`,
    );
  }
}

/** The build is not the live one any more: a rebuild took its place. */
export class BuildRetired extends ExpectedError {
  override readonly name = 'BuildRetired';
  readonly code = 'BUILD_RETIRED';
  readonly remedy = 'retry';

  constructor(schema: string) {
    super(`${schema}: another build took its place; open the live one`);
  }
}

/** The gate of `rebuild` found that the builds disagree, or cannot tell. The live build stays. */
export class SwitchRefused extends ExpectedError {
  override readonly name = 'SwitchRefused';
  readonly code = 'SWITCH_REFUSED';
  readonly remedy = 'halt';

  /** The live build went on meanwhile: catching up and trying again may help. */
  readonly isBehind: boolean;

  constructor(live: string, built: string, why: string, isBehind = false) {
    super(`${built} does not take the place of ${live}: ${why}`);
    this.isBehind = isBehind;
  }
}

/** New rules cannot be held to the live build from where it was asked for. */
export class RulesNotComparable extends ExpectedError {
  override readonly name = 'RulesNotComparable';
  readonly code = 'RULES_NOT_COMPARABLE';
  readonly remedy = 'halt';
}

/** What was asked needs rows that were pruned. */
export class HistoryPruned extends ExpectedError {
  override readonly name = 'HistoryPruned';
  readonly code = 'HISTORY_PRUNED';
  readonly remedy = 'halt';

  constructor(schema: string, what: string, from: number) {
    super(
      `${schema}: ${what}, and its history below height ${from} was pruned; make it anew: vchain rebuild <machine>`,
    );
  }
}

/** A build that is live, or being made, cannot be dropped; one of another name is not there. */
export class BuildNotDroppable extends ExpectedError {
  override readonly name = 'BuildNotDroppable';
  readonly code = 'BUILD_NOT_DROPPABLE';
  readonly remedy = 'halt';

  constructor(schema: string, status: string | null) {
    super(
      status === null
        ? `${schema}: there is no such build; see vchain builds list`
        : `${schema} is ${status}: only a retired build can be dropped; vchain rebuild retires the one that it replaces`,
    );
  }
}

/** No block of the projection stands on the topic's branch. */
export class NoCommonBlock extends ExpectedError {
  override readonly name = 'NoCommonBlock';
  readonly code = 'NO_COMMON_BLOCK';
  readonly remedy = 'halt';

  constructor(schema: string, topic: string) {
    super(
      `${schema}: none of its blocks is on ${topic}; is it the same chain? Otherwise run: vchain rebuild <machine>`,
    );
  }
}

/** A snapshot file is not what it says, or not of this machine, or of nobody we trust. Nothing was imported. */
export class SnapshotRefused extends ExpectedError {
  override readonly name = 'SnapshotRefused';
  readonly code = 'SNAPSHOT_REFUSED';
  readonly remedy = 'halt';
}

/** The file of a snapshot cannot be where it was asked for. */
export class SnapshotNotWritten extends ExpectedError {
  override readonly name = 'SnapshotNotWritten';
  readonly code = 'SNAPSHOT_NOT_WRITTEN';
  readonly remedy = 'halt';

  constructor(path: string, why: string) {
    super(`${path}: ${why}; name another file, or see to that one first`);
  }
}

/** The schema of a build would have a name that Postgres cuts, or that another build has. Nothing was made. */
export class NameClash extends ExpectedError {
  override readonly name = 'NameClash';
  readonly code = 'NAME_CLASH';
  readonly remedy = 'halt';
}

/** There is nothing of that name. */
export class NotFound extends ExpectedError {
  override readonly name = 'NotFound';
  readonly code = 'NOT_FOUND';
  readonly remedy = 'halt';
}

/** A machine has no live build: nobody has run it on this database yet. */
export class NoLiveBuild extends ExpectedError {
  override readonly name = 'NoLiveBuild';
  readonly code = 'NOT_FOUND';
  readonly remedy = 'halt';

  constructor(chain: string, machine: string) {
    super(`machine ${machine} of chain ${chain} has no live build in this database; start its projector`);
  }
}

/** The projection does not have the state of that height, or not yet. */
export class HeightOutOfRange extends ExpectedError {
  override readonly name = 'HeightOutOfRange';
  readonly code = 'HEIGHT_OUT_OF_RANGE';
  readonly remedy = 'retry';

  constructor(machine: string, height: number, lowest: number, highest: number) {
    super(`${machine}: height ${height} is not from ${lowest} to ${highest}, the heights that can be read`);
  }
}

/** A block that the projection does not have, or not any more: a reorganisation may have taken it back. */
export class BlockNotOnBranch extends ExpectedError {
  override readonly name = 'BlockNotOnBranch';
  readonly code = 'BLOCK_NOT_ON_BRANCH';
  readonly remedy = 'rewind';

  constructor(machine: string, hash: string) {
    super(
      `${machine}: block ${hash} is not on the branch, or below the machine's first block; it may have been taken back: ask for a block that is there`,
    );
  }
}

/** A hash is trusted for a height that is not among those that are verified: it would count as confirmed. */
export class TrustedOutOfRange extends ExpectedError {
  override readonly name = 'TrustedOutOfRange';
  readonly code = 'HEIGHT_OUT_OF_RANGE';
  readonly remedy = 'halt';
}

/** Postgres failed in a way that may pass: a lost connection, a deadlock, a full disk, read-only, a timeout. */
export class DatabaseUnavailable extends ExpectedError {
  override readonly name = 'DatabaseUnavailable';
  readonly code = 'DATABASE_UNAVAILABLE';
  readonly remedy: Remedy = 'retry';

  constructor(cause: unknown) {
    super(`Postgres: ${errorText(cause)}; see that it runs and can be reached from here, then try again`, { cause });
  }
}

/** Other sessions held, or kept changing, what was to be changed, however often it was tried. Nothing of that change was made. */
export class DatabaseBusy extends ExpectedError {
  override readonly name = 'DatabaseBusy';
  readonly code = 'DATABASE_BUSY';
  readonly remedy = 'retry';

  constructor(cause: unknown, tries: number) {
    super(
      `Postgres: ${errorText(cause)}, at each of ${tries} tries; nothing of this change was made: see in pg_stat_activity who holds a transaction open for long, wait for its end or end it, then try again`,
      { cause },
    );
  }
}

/** A role with the name of one of ours may do more than a service ever needs. */
export class RoleTooStrong extends ExpectedError {
  override readonly name = 'RoleTooStrong';
  readonly code = 'ROLE_TOO_STRONG';
  readonly remedy = 'halt';

  constructor(role: string) {
    super(
      `role ${role} is there and may make roles or databases, replicate, or go past all rights: take that from it, or choose other names with --role-prefix`,
    );
  }
}

const RIGHTS =
  'give the role the right to it: projectors need CREATE on the database and own what they make, readers SELECT';

/** Postgres does not let us in, or not do what a projection needs: no further try will help. */
export class DatabaseRefused extends ExpectedError {
  override readonly name = 'DatabaseRefused';
  readonly code = 'DATABASE_REFUSED';
  readonly remedy = 'halt';

  constructor(cause: unknown) {
    super(`Postgres: ${errorText(cause)}; ${refusalHelp(cause, RIGHTS)}`, { cause });
  }
}
