import { hexToBytes, satsOfText } from '@virtualchain/bitcoin';
import { type Ignored, ignored, type Rejected } from '@virtualchain/machine';
import type { OperationEvent } from '@virtualchain/protocol';
import { epochAt } from '../network/epochs.ts';
import type { StacksNetwork } from '../network/network.ts';
import type { BlockCommit, KeyRegister, Operation, Outpoint, PreStx, StxOperation } from '../operations/operation.ts';
import { PARSERS } from '../operations/parse.ts';
import { recognise, type TransactionView } from '../transaction/recognise.ts';
import { kindOfOpcode, RETIRED_OPCODE } from '../wire/opcodes.ts';

/** Where an operation stands. */
interface Placed {
  readonly txid: string;
  readonly height: number;
  readonly vtxindex: number;
}

/** An operation of a block, with what the transaction alone says of it. */
export type PlacedOperation = Placed &
  (
    | { readonly kind: 'own'; readonly operation: KeyRegister | BlockCommit | PreStx }
    /** Whose it is comes first: what speaks against the request itself is only looked at behind that. */
    | { readonly kind: 'asked'; readonly spends: Outpoint; readonly request: StxOperation | Rejected }
    | { readonly kind: 'refused'; readonly refusal: Rejected }
  );

const ASKED = ['stack_stx', 'transfer_stx', 'delegate_stx', 'vote_for_aggregate_key'] as const;

/** Reads the operation of an event by the rules of its height, or says why it is none. Total. */
export function readEvent(event: OperationEvent, network: StacksNetwork): PlacedOperation | Ignored {
  const { height, txid, transactionIndex: vtxindex } = event;
  const recognised = recognise(viewOf(event), network.magic, epochAt(network.epochs, height));
  if ('kind' in recognised) return recognised;
  const kind = kindOfOpcode(recognised.opcode);
  if (kind === null) {
    return recognised.opcode === RETIRED_OPCODE
      ? ignored('retiredOpcode', 'support of a miner by others is refused since it was retired')
      : ignored('unknownOpcode', `no operation has the opcode 0x${recognised.opcode.toString(16).padStart(2, '0')}`);
  }
  const placed = { txid, height, vtxindex };
  const parsed: Operation | Rejected = PARSERS[kind](recognised, { network, height });
  const [input] = recognised.inputs;
  if (ASKED.some((each) => each === kind) && input !== undefined) {
    const spends = { txid: input.txid, index: input.index };
    return { ...placed, kind: 'asked', spends, request: parsed as StxOperation | Rejected };
  }
  if (parsed.kind === 'rejected') return { ...placed, kind: 'refused', refusal: parsed };
  return { ...placed, kind: 'own', operation: parsed as KeyRegister | BlockCommit | PreStx };
}

function viewOf({ inputs, outputs }: Pick<OperationEvent, 'inputs' | 'outputs'>): TransactionView {
  return {
    inputs: inputs.map(({ txid, index, script, witness = [] }) => {
      return { txid, index, script: hexToBytes(script), witness: witness.map(hexToBytes) };
    }),
    outputs: outputs.map(({ value, script }) => ({ value: satsOfText(value), script: hexToBytes(script) })),
  };
}
