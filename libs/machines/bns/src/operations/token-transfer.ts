import { bytesToHex, concatBytes, hexToBytes } from '@virtualchain/bitcoin';
import { accepted, type Ignored, ignored, rejected, type Verdict } from '@virtualchain/machine';
import type { OperationRules, PayloadCodec } from '../operation.ts';
import { able, credit, debit, readAccount, STACKS } from '../rules/accounts.ts';
import type { Epoch } from '../rules/epochs.ts';
import { isRejected } from '../rules/rejected.ts';
import type { DecidingBlock } from '../rules/rules.ts';
import { type BnsTransaction, outputsProblem, paidAt, type Sent } from '../transaction.ts';
import { OPCODES } from '../wire/opcodes.ts';
import { amountAt, amountPayload, hexAt, isIgnored, unitAt, unitPayload, wrongLength } from '../wire/payload.ts';
import { fromWords } from '../wire/words.ts';

/**
 * TOKEN_TRANSFER `$`: consensus hash 16, unit 19, amount 8 (big-endian), a note of any length. Output 1 is the recipient.
 */
export interface TokenTransferPayload {
  readonly consensusHash: string;
  readonly unit: string;
  readonly amount: bigint;
  /** Hex. */
  readonly scratch: string;
}

export interface TokenTransfer extends Sent, TokenTransferPayload {
  readonly kind: 'token_transfer';
  readonly recipient: string;
  readonly recipientAddress: string;
}

const fixedBytes = 43;
const NO_CONSENSUS_HASH = '00'.repeat(16);

function decode(payload: Uint8Array, epoch: Epoch): TokenTransferPayload | Ignored {
  if (!epoch.hasTokens) return ignored('EPOCH_TOO_EARLY', `there are no tokens in epoch ${epoch.number}`);
  if (payload.length < fixedBytes) return wrongLength(payload, `a token transfer has ${fixedBytes} or more`);
  const unit = unitAt(payload, 16);
  if (isIgnored(unit)) return unit;
  const scratch = hexAt(payload, fixedBytes, payload.length - fixedBytes);
  return { consensusHash: hexAt(payload, 0, 16), unit, amount: amountAt(payload, 35), scratch };
}

/** The payload of a TOKEN_TRANSFER: consensus hash, unit, amount, and what goes along. What follows magic and opcode. */
export function tokenTransferPayload({ consensusHash, unit, amount, scratch }: TokenTransferPayload): Uint8Array {
  return concatBytes(hexToBytes(consensusHash), unitPayload(unit), amountPayload(amount), hexToBytes(scratch));
}

function parse(payload: Uint8Array, transaction: BnsTransaction, epoch: Epoch): TokenTransfer | Ignored {
  const read = decode(payload, epoch);
  if (isIgnored(read)) return read;
  const problem = outputsProblem(transaction, 2);
  if (problem !== null) return problem;
  const recipient = paidAt(transaction, 1, 'recipient');
  if (isIgnored(recipient)) return recipient;
  const { script, address } = recipient.party;
  return { kind: 'token_transfer', ...transaction.sent, ...read, recipient: script, recipientAddress: address };
}

async function decide(op: TokenTransfer, block: DecidingBlock): Promise<Verdict> {
  const { amount, unit, address, recipientAddress } = op;
  if (amount === 0n) return rejected('AMOUNT_ZERO', 'there is nothing to send');
  if (address === recipientAddress) return rejected('RECIPIENT_IS_SENDER', `${address} would send to itself`);
  const isExempt = block.epoch.takesZeroConsensusHash && op.consensusHash === NO_CONSENSUS_HASH;
  if (!isExempt && !block.window.has(op.consensusHash))
    return rejected('CONSENSUS_HASH_STALE', `${op.consensusHash} is not among the last ones`);
  const held = await readAccount(block.state, address, unit);
  if (isRejected(held)) return held;
  if (op.height < held.lock_transfer_block)
    return rejected('ACCOUNT_LOCKED', `${address} may send from block ${held.lock_transfer_block} on`);
  const account = able(held, amount);
  if (isRejected(account)) return account;
  const receiver = await block.state.accounts.get({ address: recipientAddress, unit });
  if (receiver !== null && !receiver.receive_whitelisted)
    return rejected('RECIPIENT_NOT_WHITELISTED', `${recipientAddress} takes no tokens`);
  await debit(block.state, account, amount, op);
  await credit(block.state, { address: recipientAddress, unit }, amount, op);
  return accepted({
    opcode: OPCODES.tokenTransfer,
    fields: {
      sender: op.sender,
      address,
      recipient: op.recipient,
      recipient_address: recipientAddress,
      token_units: unit,
      token_fee: amount,
      block_id: op.height,
      op: '$',
      txid: op.txid,
      vtxindex: op.vtxindex,
      consensus_hash: op.consensusHash,
      scratch_area: op.scratch,
    },
  });
}

const usage = 'CONSENSUS-HASH MICRO-STACKS [NOTE]';

export const tokenTransfer: OperationRules<TokenTransfer> & PayloadCodec = {
  name: 'token_transfer',
  usage,
  decode,
  parse,
  decide,
  encode: (words) =>
    fromWords(words, usage, [2, 3], ({ hash, amount }) =>
      tokenTransferPayload({
        consensusHash: hash(0, 'a consensus hash', 16),
        unit: STACKS,
        amount: amount(1, 'micro-Stacks'),
        scratch: bytesToHex(new TextEncoder().encode(words[2] ?? '')),
      }),
    ),
};
