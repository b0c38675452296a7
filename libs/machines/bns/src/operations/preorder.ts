import { accepted, type Rejected, rejected, type Verdict } from '@virtualchain/machine';
import type { AccountRow, PreorderRow } from '../collections.ts';
import { isPreorderAccepted } from '../rules/accepted.ts';
import { debit } from '../rules/accounts.ts';
import { isPreorderKept } from '../rules/lookups.ts';
import type { DecidingBlock } from '../rules/rules.ts';
import type { Sent } from '../transaction.ts';

/** What a preorder of a name and one of a namespace have in common. */
interface Preorder extends Sent {
  readonly preorderHash: string;
  readonly consensusHash: string;
  readonly burnAddress: string;
  readonly fee: bigint;
}

/** What both are refused for first. */
export function staleness(op: Preorder, block: DecidingBlock, pending: PreorderRow | null): Rejected | null {
  if (pending !== null) return rejected('PREORDER_PENDING', `the hash ${op.preorderHash} is taken`);
  if (block.window.has(op.consensusHash)) return null;
  return rejected('CONSENSUS_HASH_STALE', `${op.consensusHash} is not among the last ones`);
}

/**
 * Keeps the preorder, and takes the tokens that it pays with, unless this block accepted one of the same hash before: also
 * when a registration or a reveal took its row since, and of whichever kind the two are (nameset/namedb.py:609-657,
 * nameset/__init__.py:135).
 */
export async function keepPreorder(
  op: Preorder,
  block: DecidingBlock,
  kind: { readonly op: PreorderRow['op']; readonly opcode: number },
  paid: { readonly account: AccountRow; readonly amount: bigint; readonly unit: string } | null,
): Promise<Verdict> {
  if (isPreorderAccepted(block, op.preorderHash))
    return (await isPreorderKept(block, op.preorderHash))
      ? rejected('PREORDER_COLLISION', `the hash ${op.preorderHash} is taken in this block`)
      : rejected('PREORDER_USED', `the hash ${op.preorderHash} was preordered and used in this block`);
  const row: PreorderRow = {
    preorder_hash: op.preorderHash,
    block_number: op.height,
    op: kind.op,
    consensus_hash: op.consensusHash,
    sender: op.sender,
    sender_pubkey: op.senderPubkey,
    address: op.address,
    burn_address: op.burnAddress,
    op_fee: op.fee,
    token_fee: paid?.amount ?? 0n,
    token_units: paid?.unit ?? 'BTC',
    txid: op.txid,
    vtxindex: op.vtxindex,
  };
  await block.state.preorders.put(row);
  if (paid !== null) await debit(block.state, paid.account, paid.amount, op);
  return accepted({ opcode: kind.opcode, fields: { ...row } });
}
