import { accepted, type Ignored, ignored, rejected, type Verdict } from '@virtualchain/machine';
import { feeColumns, type NameRow } from '../../collections.ts';
import { nameFields, type OperationRules, touchedBy } from '../../operation.ts';
import { registrationsTo } from '../../rules/accepted.ts';
import { debit, payingAccount, STACKS } from '../../rules/accounts.ts';
import type { Epoch } from '../../rules/epochs.ts';
import { findName, hasQuota } from '../../rules/lookups.ts';
import { splitName } from '../../rules/names.ts';
import { paymentProblem } from '../../rules/payment.ts';
import { isRejected } from '../../rules/rejected.ts';
import { type DecidingBlock, isReady, lookupHeight, nameExists } from '../../rules/rules.ts';
import { type BnsTransaction, outputsProblem, paidAt, type Sent } from '../../transaction.ts';
import { OPCODES } from '../../wire/opcodes.ts';
import { isIgnored } from '../../wire/payload.ts';
import { decodeRegistration } from './registration-payload.ts';

/**
 * NAME_RENEWAL: `:` with four outputs or more. The name alone, or with a value hash (epoch 3), or with a value hash and
 * micro-Stacks (from epoch 4 on, where a hash without the tokens is refused). Output 1 is the owner, a new one from
 * epoch 3 on; output 3 is the fee.
 */
export interface NameRenewal extends Sent {
  readonly kind: 'name_renewal';
  readonly name: string;
  readonly valueHash: string | null;
  readonly tokens: bigint;
  readonly recipient: string;
  readonly recipientAddress: string;
  readonly burnAddress: string;
  readonly fee: bigint;
}

function parse(payload: Uint8Array, transaction: BnsTransaction, epoch: Epoch): NameRenewal | Ignored {
  const read = decodeRegistration(payload, epoch);
  if (isIgnored(read)) return read;
  const { name, valueHash, tokens } = read;
  if (epoch.hasTokens && valueHash !== null && tokens === null)
    return ignored('TOKENS_MISSING', 'a renewal with a value hash says how many tokens it pays, if none 0');
  const problem = outputsProblem(transaction, 2);
  if (problem !== null) return problem;
  const recipient = paidAt(transaction, 1, 'owner');
  if (isIgnored(recipient)) return recipient;
  const burn = paidAt(transaction, 3, 'burn output');
  if (isIgnored(burn)) return burn;
  return {
    kind: 'name_renewal',
    ...transaction.sent,
    name,
    valueHash,
    tokens: tokens ?? 0n,
    recipient: recipient.party.script,
    recipientAddress: recipient.party.address,
    burnAddress: burn.party.address,
    fee: burn.value,
  };
}

async function decide(op: NameRenewal, block: DecidingBlock): Promise<Verdict> {
  const { rules } = block;
  const { label, namespace: namespaceId } = splitName(op.name);
  const { row, namespace } = await findName(block, op.name, namespaceId);
  const exists = nameExists(rules, row, namespace, lookupHeight(block));
  if (exists && row.revoked) return rejected('NAME_REVOKED', `${op.name} is revoked`);
  if (!isReady(namespace)) return rejected('NAMESPACE_NOT_READY', `${namespaceId} is not launched`);
  if (!(await hasQuota(block, op.recipient, registrationsTo(block, op.recipient))))
    return rejected('QUOTA_EXCEEDED', `${op.recipient} owns ${rules.namesPerOwnerMax} names`);
  if (!exists) return rejected('NAME_UNKNOWN', `${op.name} is not registered`);
  if (row.sender !== op.sender)
    return rejected('NOT_OWNER', `${op.name} belongs to ${row.sender}, not to ${op.sender}`);
  if (!block.epoch.takesValueHash && op.recipient !== op.sender)
    return rejected('OWNER_CHANGED', `a renewal changes no owner in epoch ${block.epoch.number}`);
  const problem = paymentProblem(block, namespace, label, {
    burnAddress: op.burnAddress,
    satoshis: op.fee,
    tokens: op.tokens > 0n ? op.tokens : null,
    paidAt: op.height,
  });
  if (problem !== null) return problem;
  if (op.tokens > 0n) {
    const account = await payingAccount(block.state, op.address, STACKS, op.tokens);
    if (isRejected(account)) return account;
    await debit(block.state, account, op.tokens, op);
  }
  const renewed: NameRow = {
    ...touchedBy(row, op, '::'),
    last_renewed: op.height,
    sender: op.recipient,
    address: op.recipientAddress,
    value_hash: op.valueHash ?? row.value_hash,
    ...feeColumns(row.last_creation_op, op.fee),
    token_fee: op.tokens,
  };
  await block.state.names.put(renewed);
  return accepted({ opcode: OPCODES.nameRegistration, fields: nameFields(renewed) });
}

/** Its payload is a registration's, and so is its codec. */
export const nameRenewal: OperationRules<NameRenewal> = { name: 'name_renewal', parse, decide };
