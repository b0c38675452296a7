import { bytesToHex, type NetworkName } from '@virtualchain/bitcoin';
import type { Rejected } from '@virtualchain/machine';
import type { Decoded, PayloadContext } from '@virtualchain/protocol';
import { bitcoinAddressOf, type Recipient, recipientOf, stacksAddressTextOf } from '../address/recipient.ts';
import type { StacksNetwork } from '../network/network.ts';
import { commitFormAt } from '../network/phases.ts';
import type { OperationKind } from './opcodes.ts';
import {
  type CommitPayload,
  type KeyPayload,
  readCommit,
  readDelegate,
  readKey,
  readStack,
  readTransfer,
  readUserBurn,
  readVote,
} from './payloads.ts';

/** What subscribers are told: bytes as hex, amounts as decimal text, addresses as text, and null for what is not there. */
type Told = Readonly<Record<string, unknown>>;

/** The recipients of a transaction, as far as they are asked for. */
type Recipients = (index: number) => Recipient | null;

/**
 * What an operation says, for subscribers. Addresses are those of the outputs where they are known, and null where one pays to no
 * address: what becomes of such an operation is the machine's to say. Total.
 */
export function decode(
  network: StacksNetwork,
  kind: OperationKind | 'user_burn_support',
  payload: Uint8Array,
  context?: PayloadContext,
): Decoded {
  const recipient: Recipients = (index) => {
    const output = context?.outputs[index + 1];
    return output === undefined ? null : recipientOf(output);
  };
  const told = tellers(network, context)[kind](payload, recipient);
  return isRejected(told) ? { kind: 'problem', problem: told.detail } : { kind: 'decoded', value: told };
}

type Teller = (payload: Uint8Array, recipient: Recipients) => Told | Rejected;

function tellers(
  network: StacksNetwork,
  context: PayloadContext | undefined,
): Readonly<Record<OperationKind | 'user_burn_support', Teller>> {
  const { bitcoin } = network;
  const stacksOf = (of: Recipient | null): string | null => (of === null ? null : stacksAddressTextOf(of, bitcoin));
  const bitcoinOf = (of: Recipient | null): string | null => (of === null ? null : bitcoinAddressOf(of, bitcoin));
  return {
    leader_key_register: (payload) => told(readKey(payload), keyTold),
    leader_block_commit: (payload, recipient) =>
      told(readCommit(payload), (commit) => {
        return { ...commitTold(commit), ...paidTold(network, context, recipient) };
      }),
    pre_stx: (_payload, recipient) => ({ sender: stacksOf(recipient(0)) }),
    stack_stx: (payload, recipient) =>
      told(readStack(payload), ({ amount, cycles, signerKey, maxAmount, authId }) => ({
        amount: String(amount),
        cycles,
        rewardAddress: bitcoinOf(recipient(0)),
        signerKey: signerKey === null ? null : bytesToHex(signerKey),
        maxAmount: maxAmount === null ? null : String(maxAmount),
        authId,
      })),
    transfer_stx: (payload, recipient) =>
      told(readTransfer(payload), ({ amount, memo }) => ({
        amount: String(amount),
        recipient: stacksOf(recipient(0)),
        memo: bytesToHex(memo),
      })),
    delegate_stx: (payload, recipient) =>
      told(readDelegate(payload), ({ amount, rewardIndex, untilHeight }) => ({
        amount: String(amount),
        delegateTo: stacksOf(recipient(0)),
        rewardAddress: rewardIndex === null ? null : bitcoinOf(recipient(rewardIndex)),
        untilHeight: untilHeight === null ? null : String(untilHeight),
      })),
    vote_for_aggregate_key: (payload) =>
      told(readVote(payload), ({ signerIndex, aggregateKey, round, rewardCycle }) => ({
        signerIndex,
        aggregateKey: bytesToHex(aggregateKey),
        round,
        rewardCycle: String(rewardCycle),
      })),
    user_burn_support: (payload, recipient) =>
      told(readUserBurn(payload), ({ consensusHash, vrfPublicKey, blockHash, keyBlock, keyVtxindex }) => ({
        consensusHash: bytesToHex(consensusHash),
        vrfPublicKey: bytesToHex(vrfPublicKey),
        blockHash: bytesToHex(blockHash),
        keyBlock,
        keyVtxindex,
        burn: String(recipient(0)?.value ?? 0n),
        sender: stacksOf(recipient(1)),
      })),
  };
}

const keyTold = ({ consensusHash, vrfPublicKey, memo }: KeyPayload): Told => ({
  consensusHash: bytesToHex(consensusHash),
  vrfPublicKey: bytesToHex(vrfPublicKey),
  memo: bytesToHex(memo),
});

const commitTold = ({ blockHash, newSeed, ...pointers }: CommitPayload): Told => ({
  blockHash: bytesToHex(blockHash),
  newSeed: bytesToHex(newSeed),
  ...pointers,
});

/** What a commit pays or burns at its height, and where its change goes; nothing without the transaction. */
function paidTold(network: StacksNetwork, context: PayloadContext | undefined, recipient: Recipients): Told {
  if (context === undefined) return {};
  const count = commitFormAt(network, context.height) === 'pair' ? 2 : 1;
  const paid = Array.from({ length: count }, (_, index) => recipient(index));
  const text = (of: Recipient | null, on: NetworkName = network.bitcoin) =>
    of === null ? null : bitcoinAddressOf(of, on);
  return {
    outputs: paid.map((of) => text(of)),
    burn: String(paid.reduce((sum, of) => sum + (of?.value ?? 0n), 0n)),
    miner: text(recipient(count)),
  };
}

function told<Payload extends object>(payload: Payload | Rejected, tell: (payload: Payload) => Told): Told | Rejected {
  return isRejected(payload) ? payload : tell(payload);
}

const isRejected = (value: object): value is Rejected => (value as { kind?: unknown }).kind === 'rejected';
