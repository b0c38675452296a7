import type { ConsensusWindow, Snapshots } from '@virtualchain/machine';
import type { BnsState, NameRow, NamespaceRow } from '../collections.ts';
import type { BnsParameters } from '../parameters.ts';
import type { AcceptedOperation } from './accepted.ts';
import { type Epoch, epochAt } from './epochs.ts';

/** The block being folded as checks see it. Lookups are made at the height below it unless a rule says otherwise. */
export interface BlockState {
  readonly rules: BnsParameters;
  readonly height: number;
  readonly epoch: Epoch;
  readonly state: BnsState;
}

/** Ids that two or more valid operations of this block want: nobody gets them (spec §6.2). */
export interface Scan {
  readonly collidedNames: ReadonlySet<string>;
  readonly collidedNamespaces: ReadonlySet<string>;
}

/** A block while its operations are decided. */
export interface DecidingBlock extends BlockState {
  readonly scan: Scan;
  /** What this block accepted so far: not the same as what the tables hold. */
  readonly accepted: readonly AcceptedOperation[];
  readonly window: ConsensusWindow;
  readonly snapshots: Snapshots;
}

export function blockState(rules: BnsParameters, height: number, state: BnsState): BlockState {
  return { rules, height, epoch: epochAt(height, rules.epochEnds), state };
}

/** The height that lookups are made at while a block is folded. */
export const lookupHeight = ({ height }: BlockState): number => height - 1;

/** Lifetime of the names of a namespace in blocks, by the multiplier of a height. */
export function lifetimeAt(rules: BnsParameters, { lifetime }: NamespaceRow, height: number): number {
  return lifetime * epochAt(height, rules.epochEnds).lifetimeMultiplier;
}

/** Blocks between the end of a name's life and the end of its grace, by the epoch of a height. */
export function graceAt(rules: BnsParameters, height: number): number {
  return epochAt(height, rules.epochEnds).hasGrace ? rules.gracePeriodBlocks : 0;
}

/** The lifetime, in blocks, of names that never expire. */
export const LIFETIME_INFINITE = 0xffff_ffff;

/** Launched: effective at once, for later operations of the same block too. */
export const isReady = (namespace: NamespaceRow | null): namespace is NamespaceRow => namespace?.op === '!';

/** Revealed, not launched, and within the window. Invisible in the block of the reveal itself. */
export function isRevealed(
  rules: BnsParameters,
  namespace: NamespaceRow | null,
  height: number,
): namespace is NamespaceRow {
  if (namespace?.op !== '&') return false;
  return namespace.reveal_block <= height && height < namespace.reveal_block + rules.revealWindowBlocks;
}

/** Unexpired at a height, revoked or not. `>` for the launch and `>=` for the renewal are the original's. */
export function nameExists(
  rules: BnsParameters,
  name: NameRow | null,
  namespace: NamespaceRow | null,
  height: number,
): name is NameRow {
  if (name === null || name.first_registered > height) return false;
  if (!isReady(namespace)) return isRevealed(rules, namespace, height);
  const lasts = lifetimeAt(rules, namespace, height) + graceAt(rules, height);
  return namespace.ready_block + lasts > height || name.last_renewed + lasts >= height;
}

/** Exists and is not revoked. */
export function isRegistered(
  rules: BnsParameters,
  name: NameRow | null,
  namespace: NamespaceRow | null,
  height: number,
): name is NameRow {
  return nameExists(rules, name, namespace, height) && !name.revoked;
}

/** The heights at which a name ends. */
export interface Deadlines {
  /** Null when the namespace is not launched or its names live for ever. */
  readonly expireBlock: number | null;
  /** From here on somebody else can have it. */
  readonly renewalDeadline: number | null;
}

/** When a name expires and when its grace ends, by the epoch of a height. */
export function deadlinesOf(
  rules: BnsParameters,
  name: NameRow,
  namespace: NamespaceRow | null,
  height: number,
): Deadlines {
  if (!isReady(namespace) || namespace.lifetime === LIFETIME_INFINITE)
    return { expireBlock: null, renewalDeadline: null };
  const expireBlock = Math.max(namespace.ready_block, name.last_renewed) + lifetimeAt(rules, namespace, height);
  return { expireBlock, renewalDeadline: expireBlock + graceAt(rules, height) };
}

/** Expired, and only its owner can have it again: the one thing that still works is a renewal. */
export function isInGrace(
  rules: BnsParameters,
  name: NameRow,
  namespace: NamespaceRow | null,
  height: number,
): boolean {
  const { expireBlock, renewalDeadline } = deadlinesOf(rules, name, namespace, height);
  if (expireBlock === null || renewalDeadline === null || !nameExists(rules, name, namespace, height)) return false;
  return expireBlock <= height && height < renewalDeadline;
}
