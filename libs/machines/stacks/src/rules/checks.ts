import { bytesEqual } from '@virtualchain/bitcoin';
import { type Rejected, rejected } from '@virtualchain/machine';
import type { StacksAddress } from '../address/c32.ts';
import { epochAt, isFrom, MARKERS } from '../network/epochs.ts';
import type { StacksNetwork } from '../network/network.ts';
import { sunsetBurnOf } from '../network/phases.ts';
import type { BlockCommit, StxOperation } from '../operations/operation.ts';
import { isKey } from '../transaction/signer-keys.ts';

/** Commits name their target by its height modulo 5, less one. */
const TARGET_MODULUS = 5;

/** How many blocks after its target a commit was mined: 0 to 4. */
export function missDistance(burnParentModulus: number, height: number): number {
  return (((height - burnParentModulus - 1) % TARGET_MODULUS) + TARGET_MODULUS) % TARGET_MODULUS;
}

type Timed = Pick<BlockCommit, 'burnParentModulus' | 'burn'>;

/**
 * Whether a commit is recorded as missed: late by one block. Until 2.1 none was: the original looked for its target at a place where
 * there is nothing, and refused it.
 */
export function isMissed(network: StacksNetwork, { burnParentModulus, burn }: Timed, height: number): boolean {
  const isRecorded = isFrom(epochAt(network.epochs, height), '2.1');
  return burn > 0n && isRecorded && height > network.firstBlock && missDistance(burnParentModulus, height) === 1;
}

/** How what a commit points to stands: there, before the log's first block and so not known, or not there. */
export type Link = 'found' | 'unknown' | 'absent';

/** How the parent of a commit is known. */
export type ParentLink = 'genesis' | 'found' | 'shadow' | 'unknown';

/** Looks up what a commit points to. */
export interface Links {
  /** A key registration that was accepted. */
  key(height: number, vtxindex: number): Promise<Link>;
  /** A commit that was accepted. */
  parent(height: number, vtxindex: number): Promise<Link>;
}

type Checked = Timed &
  Pick<BlockCommit, 'parentBlock' | 'parentVtxindex' | 'keyBlock' | 'keyVtxindex' | 'sunsetBurn'> & {
    /** Null for none, which only a commit that was never in a transaction has. */
    readonly memo: number | null;
  };

/** What the checks found of a commit that passes. */
export interface CheckedLinks {
  readonly keyLink: 'found' | 'unknown';
  readonly parentLink: ParentLink;
}

/**
 * The checks of a commit that Bitcoin alone decides, in the order of the original (spec §5). That it paid the right addresses of the
 * reward set is not among them.
 */
export async function checkCommit(
  network: StacksNetwork,
  commit: Checked,
  height: number,
  links: Links,
): Promise<CheckedLinks | Rejected> {
  const { burn, sunsetBurn, parentBlock, parentVtxindex, keyBlock, keyVtxindex, memo } = commit;
  const epoch = epochAt(network.epochs, height);
  if (burn === 0n) return rejected('zeroBurn', 'nothing is burnt');
  const missed = missDistance(commit.burnParentModulus, height);
  if (missed > 0 && height >= network.firstBlock)
    return rejected('missedTarget', `meant for block ${height - missed}, mined in ${height}: late by ${missed}`);
  const wanted = sunsetBurnOf(network, height, burn + sunsetBurn, epoch);
  if (sunsetBurn < wanted)
    return rejected(
      'sunsetBurnTooSmall',
      `${sunsetBurn} satoshis in output 0, ${wanted} are wanted at block ${height}`,
    );
  if (height < network.firstBlock)
    return rejected(
      'predatesFirstBlock',
      `block ${height} is below the first block of the network, ${network.firstBlock}`,
    );
  const keyLink = keyBlock < height ? await links.key(keyBlock, keyVtxindex) : 'absent';
  if (keyLink === 'absent') return rejected('noLeaderKey', `no key was registered at ${keyBlock}, ${keyVtxindex}`);
  const parentLink = await parentLinkOf({ parentBlock, parentVtxindex }, height, {
    links,
    hasShadows: isFrom(epoch, '3.0'),
  });
  if (parentLink === null) return rejected('noParentCommit', `no commit stands at ${parentBlock}, ${parentVtxindex}`);
  if (isFrom(epoch, '2.05') && (memo === null || memo < MARKERS[epoch]))
    return rejected(
      'epochMarkerTooSmall',
      `the memo is ${memo ?? 'missing'}, epoch ${epoch} wants ${MARKERS[epoch]} or more`,
    );
  return { keyLink, parentLink };
}

/** From 3.0 on transaction 0 of a block may stand for a block that was never committed to. */
async function parentLinkOf(
  { parentBlock, parentVtxindex }: Pick<BlockCommit, 'parentBlock' | 'parentVtxindex'>,
  height: number,
  { links, hasShadows }: { readonly links: Links; readonly hasShadows: boolean },
): Promise<ParentLink | null> {
  if (parentBlock === height) return null;
  if (parentBlock === 0 && parentVtxindex === 0) return 'genesis';
  const link = await links.parent(parentBlock, parentVtxindex);
  if (link === 'absent') return hasShadows && parentVtxindex === 0 ? 'shadow' : null;
  return link;
}

/** What speaks against a request on its own; `sender` is null where it is not known. */
export function checkStxOperation(operation: StxOperation, sender: StacksAddress | null): Rejected | null {
  switch (operation.kind) {
    case 'stack_stx':
      if (operation.amount === 0n) return nothing;
      return operation.signerKey === null || isKey(operation.signerKey) ? null : badKey("the signer's key");
    case 'transfer_stx':
      if (operation.amount === 0n) return nothing;
      return sender !== null && isSame(sender, operation.recipient)
        ? rejected('selfTransfer', 'the sender is the receiver')
        : null;
    case 'delegate_stx':
      return operation.amount === 0n ? nothing : null;
    case 'vote_for_aggregate_key':
      if (!isKey(operation.signerKey)) return badKey("the signer's key");
      return isKey(operation.aggregateKey) ? null : badKey('the aggregate key');
  }
}

const nothing = rejected('zeroAmount', 'the amount is 0');
const badKey = (what: string): Rejected => rejected('badPublicKey', `${what} is no point of secp256k1`);

function isSame(a: StacksAddress, b: StacksAddress): boolean {
  return a.version === b.version && bytesEqual(a.hash, b.hash);
}
