import { bytesEqual, type TransactionOutput, wholeTokens } from '@virtualchain/bitcoin';
import { type Ignored, ignored } from '@virtualchain/machine';
import { type Recipient, recipientOf } from '../address/recipient.ts';
import { type Epoch, isFrom } from '../network/epochs.ts';
import { type SignedInput, signerKeysOf } from './signer-keys.ts';

/** A transaction as far as operations of Stacks look at it. */
export interface TransactionView {
  readonly inputs: readonly (SignedInput & { readonly txid: string; readonly index: number })[];
  readonly outputs: readonly TransactionOutput[];
}

/** A transaction that is an operation, whatever its opcode says. */
export interface Recognised {
  readonly opcode: number;
  /** What follows magic and opcode. */
  readonly data: Uint8Array;
  /** Satoshis of the output with the payload. */
  readonly dataValue: bigint;
  readonly inputs: TransactionView['inputs'];
  /** The outputs behind it: recipient i is output i + 1. */
  readonly recipients: readonly Recipient[];
}

const OP_RETURN = 0x6a;
/** The magic is two bytes; the opcode is the third. */
const magicBytes = 2;

/**
 * Says whether a transaction is an operation, by the rules of its epoch (spec §2). Only output 0 is looked at for the payload: one
 * push of any form, and nothing else. Every other output has to pay an address, until 2.1 of p2pkh or p2sh; until then every
 * input has to be readable as well. Total.
 */
export function recognise({ inputs, outputs }: TransactionView, magic: Uint8Array, epoch: Epoch): Recognised | Ignored {
  const [first, ...rest] = outputs;
  const data = first === undefined ? null : onlyPush(first.script);
  if (first === undefined || data === null)
    return ignored('dataUndecodable', 'output 0 is not OP_RETURN and one whole push');
  if (!bytesEqual(data.subarray(0, magicBytes), magic))
    return ignored('dataUndecodable', 'what output 0 pushes does not begin with the magic bytes');
  const opcode = data[magicBytes];
  if (opcode === undefined) return ignored('opcodeMissing', 'nothing follows the magic bytes');
  const recipients: Recipient[] = [];
  for (const output of rest) {
    const recipient = recipientOf(output);
    if (recipient === null || !(isFrom(epoch, '2.1') || recipient.kind === 'p2pkh' || recipient.kind === 'p2sh'))
      return ignored(
        'outputUndecodable',
        `output ${recipients.length + 1} pays to no address that epoch ${epoch} knows`,
      );
    recipients.push(recipient);
  }
  if (!isFrom(epoch, '2.1')) {
    const unread = inputs.findIndex((input) => signerKeysOf(input) === null);
    if (unread >= 0) return ignored('inputUnparsed', `input ${unread} is of no form that epoch ${epoch} reads`);
  }
  return { opcode, data: data.subarray(magicBytes + 1), dataValue: first.value, inputs, recipients };
}

/** What a script pushes behind OP_RETURN; null where it is anything but that and one push that is whole. */
function onlyPush(script: Uint8Array): Uint8Array | null {
  if (script[0] !== OP_RETURN) return null;
  const tokens = wholeTokens(script);
  const push = tokens?.length === 2 ? tokens[1] : undefined;
  return push instanceof Uint8Array ? push : null;
}
