import { concatBytes, hexToBytes } from '@virtualchain/bitcoin';
import { type Ignored, ignored, rejected, type Verdict } from '@virtualchain/machine';
import type { OperationRules, PayloadCodec } from '../../operation.ts';
import { payingAccount, STACKS } from '../../rules/accounts.ts';
import type { Epoch } from '../../rules/epochs.ts';
import { pendingNamespacePreorder } from '../../rules/lookups.ts';
import { isRejected } from '../../rules/rejected.ts';
import type { DecidingBlock } from '../../rules/rules.ts';
import { type BnsTransaction, outputsProblem, paidAt, type Sent } from '../../transaction.ts';
import { OPCODES } from '../../wire/opcodes.ts';
import { amountAt, amountPayload, hexAt, isIgnored, wrongLength } from '../../wire/payload.ts';
import { fromWords } from '../../wire/words.ts';
import { keepPreorder, staleness } from '../preorder.ts';

/**
 * NAMESPACE_PREORDER `*`: preorder hash 20, consensus hash 16, micro-Stacks 8 (from epoch 4 on). Output 2 pays the burn
 * address. What was paid is compared with the price when the namespace is revealed.
 */
export interface NamespacePreorderPayload {
  readonly preorderHash: string;
  readonly consensusHash: string;
  /** Null before epoch 4. */
  readonly tokens: bigint | null;
}

export interface NamespacePreorder extends Sent, NamespacePreorderPayload {
  readonly kind: 'namespace_preorder';
  readonly burnAddress: string;
  readonly fee: bigint;
}

function decode(payload: Uint8Array, epoch: Epoch): NamespacePreorderPayload | Ignored {
  const length = epoch.hasTokens ? 44 : 36;
  if (payload.length !== length) return wrongLength(payload, `a namespace preorder has ${length}`);
  return {
    preorderHash: hexAt(payload, 0, 20),
    consensusHash: hexAt(payload, 20, 16),
    tokens: epoch.hasTokens ? amountAt(payload, 36) : null,
  };
}

/**
 * The payload of a NAMESPACE_PREORDER: preorder hash, consensus hash, and tokens where they pay. What follows magic
 * and opcode.
 */
export function namespacePreorderPayload({
  preorderHash,
  consensusHash,
  tokens,
}: NamespacePreorderPayload): Uint8Array {
  return concatBytes(
    hexToBytes(preorderHash),
    hexToBytes(consensusHash),
    tokens === null ? new Uint8Array(0) : amountPayload(tokens),
  );
}

function parse(payload: Uint8Array, transaction: BnsTransaction, epoch: Epoch): NamespacePreorder | Ignored {
  const read = decode(payload, epoch);
  if (isIgnored(read)) return read;
  if (transaction.outputs.length < 3) return ignored('OUTPUT_COUNT', 'a namespace preorder has 3 outputs or more');
  const burn = paidAt(transaction, 2, 'burn output');
  const problem = outputsProblem(transaction, 3) ?? (isIgnored(burn) ? burn : null);
  if (problem !== null || isIgnored(burn)) return problem as Ignored;
  return {
    kind: 'namespace_preorder',
    ...transaction.sent,
    ...read,
    burnAddress: burn.party.address,
    fee: burn.value,
  };
}

async function decide(op: NamespacePreorder, block: DecidingBlock): Promise<Verdict> {
  const { tokens } = op;
  const problem = staleness(op, block, await pendingNamespacePreorder(block, op.preorderHash));
  if (problem !== null) return problem;
  if (op.burnAddress !== block.rules.burnAddress)
    return rejected('BURN_ADDRESS_WRONG', `paid to ${op.burnAddress}, not to ${block.rules.burnAddress}`);
  const account = tokens === null ? null : await payingAccount(block.state, op.address, STACKS, tokens);
  if (account !== null && isRejected(account)) return account;
  const paid = account === null || tokens === null ? null : { account, amount: tokens, unit: STACKS };
  return keepPreorder(op, block, { op: '*', opcode: OPCODES.namespacePreorder }, paid);
}

const usage = 'PREORDER-HASH CONSENSUS-HASH MICRO-STACKS';

export const namespacePreorder: OperationRules<NamespacePreorder> & PayloadCodec = {
  name: 'namespace_preorder',
  usage,
  decode,
  parse,
  decide,
  encode: (words) =>
    fromWords(words, usage, [3], ({ hash, amount }) =>
      namespacePreorderPayload({
        preorderHash: hash(0, 'a preorder hash', 20),
        consensusHash: hash(1, 'a consensus hash', 16),
        tokens: amount(2, 'micro-Stacks'),
      }),
    ),
};
