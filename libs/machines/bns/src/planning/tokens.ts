import { bytesToHex } from '@virtualchain/bitcoin';
import { announcePayload } from '../operations/announce.ts';
import { tokenTransferPayload } from '../operations/token-transfer.ts';
import { balanceOf, STACKS } from '../rules/accounts.ts';
import { OPCODES } from '../wire/opcodes.ts';
import { outputTo, partyOf } from './party.ts';
import { type Plan, type Planning, problemsOf } from './plan.ts';

/** Sends micro-Stacks to somebody. */
export async function planSendTokens(
  planning: Planning,
  recipient: string,
  amount: bigint,
  note: string,
): Promise<Plan> {
  const { reading, rules, sender, consensusHash } = planning;
  const to = partyOf('the recipient', recipient, rules);
  const account = await reading.state.accounts.get({ address: sender.address, unit: STACKS });
  const balance = account === null ? 0n : balanceOf(account);
  return {
    summary: `sends ${amount} micro-Stacks to ${to.address}`,
    opcode: OPCODES.tokenTransfer,
    payload: tokenTransferPayload({
      consensusHash,
      unit: STACKS,
      amount,
      scratch: bytesToHex(new TextEncoder().encode(note)),
    }),
    outputs: [outputTo(to)],
    problems: problemsOf(
      balance >= amount ? null : `${sender.address} has ${balance} micro-Stacks, ${amount} are to be sent`,
    ),
  };
}

/** Announces the hash of a message; heard from the owners of a few names. */
export async function planAnnounce(messageHash: string): Promise<Plan> {
  return {
    summary: `announces ${messageHash}`,
    opcode: OPCODES.announce,
    payload: announcePayload({ messageHash }),
    outputs: [],
    problems: [],
  };
}
