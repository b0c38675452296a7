import { accepted, type Ignored, ignored, type Rejected, rejected, type Verdict } from '@virtualchain/machine';
import { feeColumns, type NameRow, type NamespaceRow, type PreorderRow } from '../../collections.ts';
import { nameFields, type OperationRules, type PayloadCodec } from '../../operation.ts';
import { isRegistrationAccepted, registrationsTo } from '../../rules/accepted.ts';
import { STACKS } from '../../rules/accounts.ts';
import type { Epoch } from '../../rules/epochs.ts';
import { hash128, preorderHash } from '../../rules/hashes.ts';
import { findName, hasQuota, pendingNamePreorder, takePreorders } from '../../rules/lookups.ts';
import { splitName } from '../../rules/names.ts';
import { paymentProblem } from '../../rules/payment.ts';
import { isRejected } from '../../rules/rejected.ts';
import {
  type BlockState,
  type DecidingBlock,
  isReady,
  lifetimeAt,
  lookupHeight,
  nameExists,
} from '../../rules/rules.ts';
import { type BnsTransaction, isScriptHash, outputsProblem, paidAt, type Sent } from '../../transaction.ts';
import { OPCODES } from '../../wire/opcodes.ts';
import { isIgnored } from '../../wire/payload.ts';
import { fromWords } from '../../wire/words.ts';
import { decodeRegistration, registrationPayload } from './registration-payload.ts';

/**
 * NAME_REGISTRATION `:` with two or three outputs: the name, or the name and a value hash; see `registration-payload`.
 * Output 1 is the owner. Reveals what a preorder of the same sender was for.
 */
export interface NameRegistration extends Sent {
  readonly kind: 'name_registration';
  readonly name: string;
  readonly valueHash: string | null;
  readonly recipient: string;
  readonly recipientAddress: string;
  /** The hash that a preorder of it has to have. */
  readonly wantedPreorder: string;
}

function parse(payload: Uint8Array, transaction: BnsTransaction, epoch: Epoch): NameRegistration | Ignored {
  const read = decodeRegistration(payload, epoch);
  if (isIgnored(read)) return read;
  const { name, valueHash, tokens } = read;
  if (tokens !== null && tokens !== 0n)
    return ignored('TOKENS_UNEXPECTED', 'a registration pays no tokens: its preorder did');
  if (transaction.outputs.length < 2) return ignored('OUTPUT_COUNT', 'a registration has 2 or 3 outputs');
  const problem = outputsProblem(transaction, 2);
  if (problem !== null) return problem;
  const recipient = paidAt(transaction, 1, 'owner');
  if (isIgnored(recipient)) return recipient;
  const { script, address } = recipient.party;
  return {
    kind: 'name_registration',
    ...transaction.sent,
    name,
    valueHash,
    recipient: script,
    recipientAddress: address,
    wantedPreorder: preorderHash(name, transaction.sent.sender, address),
  };
}

interface Checked {
  readonly preorder: PreorderRow;
  readonly namespace: NamespaceRow;
  /** The row of the name, if it ever existed. */
  readonly previous: NameRow | null;
}

/**
 * All checks but the collision: the scan of a block makes them against the state before it. `registered` counts names
 * that this block gave to a script before. Before the epoch of p2sh owners, one is refused after the quota and before the
 * preorder (operations/register.py:532).
 */
export async function checkNameRegistration(
  op: NameRegistration,
  block: BlockState,
  registered: (script: string) => number,
): Promise<Checked | Rejected> {
  const { rules } = block;
  const last = lookupHeight(block);
  const { label, namespace: namespaceId } = splitName(op.name);
  const { row: previous, namespace } = await findName(block, op.name, namespaceId);
  const isTaken = nameExists(rules, previous, namespace, last);
  if (isTaken && previous.revoked) return rejected('NAME_REVOKED', `${op.name} is revoked`);
  if (!isReady(namespace)) return rejected('NAMESPACE_NOT_READY', `${namespaceId} is not launched`);
  if (!(await hasQuota(block, op.recipient, registered(op.recipient))))
    return rejected('QUOTA_EXCEEDED', `${op.recipient} owns ${rules.namesPerOwnerMax} names`);
  if (!block.epoch.hasMultisig && isScriptHash(op.recipient))
    return rejected('OWNER_MULTISIG_TOO_EARLY', `${op.recipientAddress} is p2sh in epoch ${block.epoch.number}`);
  const hash = op.wantedPreorder;
  const preorder = isTaken ? null : await pendingNamePreorder(block, hash);
  if (preorder === null || preorder.block_number + lifetimeAt(rules, namespace, last) <= last)
    return rejected('NOT_PREORDERED', `${op.name} exists, or no preorder ${hash} is pending`);
  const age = op.height - preorder.block_number;
  if (block.epoch.hasTokens && age > rules.preorderExpiryBlocks)
    return rejected('PREORDER_EXPIRED', `the preorder is ${age} blocks old; ${rules.preorderExpiryBlocks} are allowed`);
  if (preorder.block_number < namespace.ready_block)
    return rejected('PREORDER_TOO_EARLY', `${namespaceId} was launched at ${namespace.ready_block}`);
  if (preorder.sender !== op.sender) return rejected('NOT_PREORDERER', `${preorder.sender} preordered ${op.name}`);
  const problem = paymentProblem(block, namespace, label, {
    burnAddress: preorder.burn_address,
    satoshis: preorder.op_fee,
    tokens: preorder.token_units === STACKS ? preorder.token_fee : null,
    paidAt: preorder.block_number,
  });
  return problem ?? { preorder, namespace, previous };
}

async function decide(op: NameRegistration, block: DecidingBlock): Promise<Verdict> {
  const checked = await checkNameRegistration(op, block, (script) => registrationsTo(block, script));
  if (isRejected(checked)) return checked;
  const { preorder, namespace, previous } = checked;
  if (block.scan.collidedNames.has(op.name) || isRegistrationAccepted(block, op.name))
    return rejected('NAME_COLLISION', `${op.name} is registered more than once in this block`);
  const row: NameRow = {
    name: op.name,
    name_hash128: hash128(op.name),
    namespace_id: namespace.namespace_id,
    namespace_block_number: namespace.block_number,
    preorder_hash: preorder.preorder_hash,
    value_hash: op.valueHash,
    sender: op.recipient,
    // Of this transaction, although script and address are the recipient's (spec §8, 3).
    sender_pubkey: op.senderPubkey,
    address: op.recipientAddress,
    block_number: previous?.block_number ?? preorder.block_number,
    preorder_block_number: preorder.block_number,
    first_registered: op.height,
    last_renewed: op.height,
    revoked: false,
    op: ':',
    txid: op.txid,
    vtxindex: op.vtxindex,
    ...feeColumns('?', preorder.op_fee),
    token_fee: preorder.token_fee,
    importer: null,
    importer_address: null,
    consensus_hash: null,
    update_consensus_hash: null,
    last_creation_op: '?',
  };
  await block.state.names.put(row);
  await takePreorders(block, preorder.preorder_hash);
  return accepted({ opcode: OPCODES.nameRegistration, fields: nameFields(row) });
}

const usage = 'NAME [VALUE-HASH [MICRO-STACKS]]';

export const nameRegistration: OperationRules<NameRegistration> & PayloadCodec = {
  name: 'name_registration',
  usage,
  decode: decodeRegistration,
  parse,
  decide,
  encode: (words) =>
    fromWords(words, usage, [1, 2, 3], ({ name, hash, amount }) =>
      registrationPayload({
        name: name(0),
        valueHash: words.length > 1 ? hash(1, 'a value hash', 20) : null,
        tokens: words.length > 2 ? amount(2, 'micro-Stacks') : null,
      }),
    ),
};
