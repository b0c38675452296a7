import { type Rejected, rejected } from '@virtualchain/machine';
import { isBurnAddress, type Recipient, stacksAddressOf } from '../address/recipient.ts';
import { epochAt, isFrom } from '../network/epochs.ts';
import { commitFormAt, isPastSunset } from '../network/phases.ts';
import { compressedKey, keyOfPair, signerKeysOf } from '../transaction/signer-keys.ts';
import type { OperationKind } from '../wire/opcodes.ts';
import {
  type CommitPayload,
  readCommit,
  readDelegate,
  readKey,
  readStack,
  readTransfer,
  readVote,
} from '../wire/payloads.ts';
import type {
  BlockCommit,
  DelegateStx,
  KeyRegister,
  Operation,
  Parser,
  Place,
  PreStx,
  StackStx,
  TransferStx,
  VoteForAggregateKey,
} from './operation.ts';

const isRejected = (value: object): value is Rejected => (value as { kind?: unknown }).kind === 'rejected';

const noInput = rejected('noInput', 'the transaction has no inputs');
const noRecipient = rejected('noRecipient', 'there is no output behind the one with the payload');

/** What the first recipient is wanted for, where it has to have an address of Stacks. */
const notLegacy = ({ kind }: Recipient, role: string): Rejected =>
  rejected('recipientNotLegacy', `recipient 0, the ${role}, is ${kind}: only p2pkh and p2sh have an address of Stacks`);

const afterSunset = (height: number): Rejected =>
  rejected('afterSunset', `block ${height} is past the end of PoX, after which this operation is refused`);

const parseKey: Parser<KeyRegister> = ({ data, inputs, recipients }) => {
  if (inputs.length === 0) return noInput;
  if (recipients.length === 0) return noRecipient;
  const payload = readKey(data);
  return isRejected(payload) ? payload : { kind: 'leader_key_register', ...payload };
};

const parsePreStx: Parser<PreStx> = ({ inputs, recipients: [holder] }, { network, height }) => {
  if (inputs.length === 0) return noInput;
  if (holder === undefined) return noRecipient;
  const sender = stacksAddressOf(holder, network.bitcoin);
  if (sender === null) return notLegacy(holder, 'holder of the STX');
  return isPastSunset(network, epochAt(network.epochs, height), height)
    ? afterSunset(height)
    : { kind: 'pre_stx', sender };
};

const parseStack: Parser<StackStx> = ({ data, inputs, recipients: [rewardTo] }, { network, height }) => {
  if (inputs.length === 0) return noInput;
  if (rewardTo === undefined) return noRecipient;
  const payload = readStack(data);
  if (isRejected(payload)) return payload;
  return isPastSunset(network, epochAt(network.epochs, height), height)
    ? afterSunset(height)
    : { kind: 'stack_stx', ...payload, rewardTo };
};

const parseTransfer: Parser<TransferStx> = ({ data, inputs, recipients: [receiver] }, { network }) => {
  if (inputs.length === 0) return noInput;
  if (receiver === undefined) return noRecipient;
  const payload = readTransfer(data);
  if (isRejected(payload)) return payload;
  const recipient = stacksAddressOf(receiver, network.bitcoin);
  return recipient === null ? notLegacy(receiver, 'receiver') : { kind: 'transfer_stx', ...payload, recipient };
};

const parseDelegate: Parser<DelegateStx> = ({ data, inputs, recipients }, { network }) => {
  const [delegate] = recipients;
  if (inputs.length === 0) return noInput;
  if (delegate === undefined) return noRecipient;
  const payload = readDelegate(data);
  if (isRejected(payload)) return payload;
  const delegateTo = stacksAddressOf(delegate, network.bitcoin);
  if (delegateTo === null) return notLegacy(delegate, 'delegate');
  const rewardTo = payload.rewardIndex === null ? null : (recipients[payload.rewardIndex] ?? null);
  return { kind: 'delegate_stx', ...payload, delegateTo, rewardTo };
};

/** Until 2.1 inputs are read in full, and a vote has the first key of whatever form input 0 has. */
const parseVote: Parser<VoteForAggregateKey> = ({ data, inputs: [input] }, { network, height }) => {
  if (input === undefined) return noInput;
  const payload = readVote(data);
  if (isRejected(payload)) return payload;
  const isRead = !isFrom(epochAt(network.epochs, height), '2.1');
  const key = isRead ? (signerKeysOf(input)?.[0] ?? null) : keyOfPair(input.script);
  if (key === null) return rejected('badPublicKey', 'input 0 does not show a public key as the second of two pushes');
  return { kind: 'vote_for_aggregate_key', ...payload, signerKey: compressedKey(key) };
};

const parseCommit: Parser<BlockCommit> = ({ data, dataValue, inputs: [input], recipients }, place) => {
  const [first] = recipients;
  if (input === undefined) return noInput;
  if (first === undefined) return noRecipient;
  const payload = readCommit(data);
  if (isRejected(payload)) return payload;
  const badPointer = pointerProblem(payload, place);
  if (badPointer !== null) return rejected('badPointer', badPointer);
  const paid = paidBy(recipients, place);
  if (isRejected(paid)) return paid;
  return {
    kind: 'leader_block_commit',
    ...payload,
    ...paid,
    sunsetBurn: commitFormAt(place.network, place.height) === 'one' ? 0n : dataValue,
    change: recipients[paid.outputs.length] ?? null,
    spent: { txid: input.txid, index: input.index },
  };
};

/** A parent of the genesis is (0, 0); all else points at an earlier block. */
function pointerProblem({ parentBlock, parentVtxindex, keyBlock }: CommitPayload, { height }: Place): string | null {
  if (parentBlock === 0 && parentVtxindex !== 0) return `the parent is transaction ${parentVtxindex} of block 0`;
  if (parentBlock >= height) return `the parent is in block ${parentBlock}, the commit in ${height}`;
  if (keyBlock === 0) return 'the key is in block 0';
  return keyBlock >= height ? `the key is in block ${keyBlock}, the commit in ${height}` : null;
}

/** The outputs that count, and how much they do, by the phase of the cycle (spec §4). There is a recipient. */
function paidBy(
  recipients: readonly Recipient[],
  { network, height }: Place,
): Pick<BlockCommit, 'outputs' | 'burn'> | Rejected {
  const [first, second] = recipients as [Recipient, Recipient?];
  switch (commitFormAt(network, height)) {
    case 'burn':
      return isBurnAddress(first)
        ? { outputs: [first], burn: first.value }
        : rejected('notBurnOutput', `recipient 0 is no burn address, which block ${height} wants`);
    case 'one':
      return first.value === 0n
        ? rejected('zeroBurn', 'recipient 0 gets nothing')
        : { outputs: [first], burn: first.value };
    case 'pair':
      if (second !== undefined && first.value !== second.value)
        return rejected('unequalCommitOutputs', `recipients 0 and 1 get ${first.value} and ${second.value} satoshis`);
      if (second === undefined) return rejected('tooFewCommitOutputs', 'one commit output, where two are wanted');
      return first.value === 0n
        ? rejected('zeroBurn', 'recipients 0 and 1 get nothing')
        : { outputs: [first, second], burn: 2n * first.value };
  }
}

/** The parser of each operation. */
export const PARSERS: { readonly [K in OperationKind]: Parser<Operation & { readonly kind: K }> } = {
  leader_key_register: parseKey,
  leader_block_commit: parseCommit,
  pre_stx: parsePreStx,
  stack_stx: parseStack,
  transfer_stx: parseTransfer,
  delegate_stx: parseDelegate,
  vote_for_aggregate_key: parseVote,
};
