import { concatBytes, hexToBytes } from '@virtualchain/bitcoin';
import { type Ignored, ignored, type Rejected, rejected, type Verdict } from '@virtualchain/machine';
import type { AccountRow } from '../../collections.ts';
import type { OperationRules, PayloadCodec } from '../../operation.ts';
import { registrationsTo } from '../../rules/accepted.ts';
import { payingAccount, STACKS } from '../../rules/accounts.ts';
import type { Epoch } from '../../rules/epochs.ts';
import { hasQuota, pendingNamePreorder } from '../../rules/lookups.ts';
import { isRejected } from '../../rules/rejected.ts';
import type { DecidingBlock } from '../../rules/rules.ts';
import { type BnsTransaction, outputsProblem, paidAt, type Sent } from '../../transaction.ts';
import { OPCODES } from '../../wire/opcodes.ts';
import { amountAt, amountPayload, hexAt, isIgnored, unitAt, unitPayload, wrongLength } from '../../wire/payload.ts';
import { fromWords } from '../../wire/words.ts';
import { keepPreorder, staleness } from '../preorder.ts';

/**
 * NAME_PREORDER `?`: preorder hash 20, consensus hash 16 and, to pay in tokens, micro-Stacks 8, unit 19. Exactly three
 * outputs; output 2 is the fee, to the burn address or the creator of the namespace. Blind: neither the name nor the
 * price is known before the registration.
 */
export interface NamePreorderPayload {
  readonly preorderHash: string;
  readonly consensusHash: string;
  readonly tokens: { readonly amount: bigint; readonly unit: string } | null;
}

export interface NamePreorder extends Sent, NamePreorderPayload {
  readonly kind: 'name_preorder';
  readonly burnAddress: string;
  readonly fee: bigint;
}

const withoutTokens = 36;
const withTokens = 63;

function decode(payload: Uint8Array, epoch: Epoch): NamePreorderPayload | Ignored {
  const paysTokens = epoch.hasTokens && payload.length === withTokens;
  if (payload.length !== withoutTokens && !paysTokens)
    return wrongLength(payload, `a name preorder has ${withoutTokens}${epoch.hasTokens ? ` or ${withTokens}` : ''}`);
  const hashes = { preorderHash: hexAt(payload, 0, 20), consensusHash: hexAt(payload, 20, 16) };
  if (!paysTokens) return { ...hashes, tokens: null };
  const unit = unitAt(payload, 44);
  return isIgnored(unit) ? unit : { ...hashes, tokens: { amount: amountAt(payload, 36), unit } };
}

/**
 * The payload of a NAME_PREORDER: preorder hash, consensus hash, and tokens where they pay. What follows magic and
 * opcode.
 */
export function namePreorderPayload({ preorderHash, consensusHash, tokens }: NamePreorderPayload): Uint8Array {
  const paid = tokens === null ? [] : [amountPayload(tokens.amount), unitPayload(tokens.unit)];
  return concatBytes(hexToBytes(preorderHash), hexToBytes(consensusHash), ...paid);
}

function parse(payload: Uint8Array, transaction: BnsTransaction, epoch: Epoch): NamePreorder | Ignored {
  const read = decode(payload, epoch);
  if (isIgnored(read)) return read;
  if (transaction.outputs.length !== 3) return ignored('OUTPUT_COUNT', 'a name preorder has exactly 3 outputs');
  const problem = outputsProblem(transaction, 3);
  if (problem !== null) return problem;
  const burn = paidAt(transaction, 2, 'burn output');
  if (isIgnored(burn)) return burn;
  return { kind: 'name_preorder', ...transaction.sent, ...read, burnAddress: burn.party.address, fee: burn.value };
}

async function decide(op: NamePreorder, block: DecidingBlock): Promise<Verdict> {
  const { tokens } = op;
  const problem = staleness(op, block, await pendingNamePreorder(block, op.preorderHash));
  if (problem !== null) return problem;
  if (!(await hasQuota(block, op.sender, registrationsTo(block, op.sender))))
    return rejected('QUOTA_EXCEEDED', `${op.sender} owns ${block.rules.namesPerOwnerMax} names`);
  const account = tokens === null ? null : await checkTokens(op, tokens, block);
  if (account !== null && isRejected(account)) return account;
  const paid = account === null || tokens === null ? null : { account, ...tokens };
  return keepPreorder(op, block, { op: '?', opcode: OPCODES.namePreorder }, paid);
}

async function checkTokens(
  op: NamePreorder,
  { amount, unit }: NonNullable<NamePreorder['tokens']>,
  { state, rules }: DecidingBlock,
): Promise<AccountRow | Rejected> {
  const account = await payingAccount(state, op.address, unit, amount);
  if (isRejected(account)) return account;
  if (op.burnAddress !== rules.burnAddress)
    return rejected('BURN_ADDRESS_WRONG', `paid to ${op.burnAddress}, not to ${rules.burnAddress}`);
  return unit === STACKS ? account : rejected('UNIT_UNKNOWN', `names are not sold for ${unit}`);
}

const usage = 'PREORDER-HASH CONSENSUS-HASH [MICRO-STACKS]';

export const namePreorder: OperationRules<NamePreorder> & PayloadCodec = {
  name: 'name_preorder',
  usage,
  decode,
  parse,
  decide,
  encode: (words) =>
    fromWords(words, usage, [2, 3], ({ hash, amount }) =>
      namePreorderPayload({
        preorderHash: hash(0, 'a preorder hash', 20),
        consensusHash: hash(1, 'a consensus hash', 16),
        tokens: words.length === 3 ? { amount: amount(2, 'micro-Stacks'), unit: STACKS } : null,
      }),
    ),
};
