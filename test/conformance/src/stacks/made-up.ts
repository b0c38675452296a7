import { hexToBytes, pushBytes, type Sats } from '@virtualchain/bitcoin';
import {
  type Epoch,
  readChainParameters,
  type StacksNetwork,
  type TransactionView,
} from '@virtualchain/machine-stacks';
import { dataScript } from '@virtualchain/testing';
import { outputsOf } from './stacks-fields.ts';
import type { Fields, MadeUpTransaction, Params } from './stacks-schema.ts';

/** What the file has of an answer; the rest is not asked for. */
export function sameFields(expected: unknown, actual: unknown): unknown {
  if (Array.isArray(expected) && Array.isArray(actual))
    return actual.map((each, index) => (index < expected.length ? sameFields(expected[index], each) : each));
  if (!isFields(expected) || !isFields(actual)) return actual;
  return Object.fromEntries(Object.keys(expected).map((name) => [name, sameFields(expected[name], actual[name])]));
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A network whose rules are those of one epoch at every height. */
export function networkOf(
  { network, epoch }: { readonly network: string; readonly epoch: string },
  params: Params = {},
): StacksNetwork {
  const made = readChainParameters({ network: network === 'mainnet' ? 'mainnet' : 'xenon' }).network;
  return {
    ...made,
    epochs: [{ epoch: epoch as Epoch, from: 0 }],
    firstBlock: params.firstBlock ?? 0,
    cycleBlocks: params.cycleLength ?? made.cycleBlocks,
    prepareBlocks: params.prepareLength ?? made.prepareBlocks,
    sunset: { start: params.sunsetStart ?? 0xffff_fffe, end: params.sunsetEnd ?? 0xffff_ffff },
    waterfall: null,
  };
}

/** A transaction that the original's tests made up, as it would be in Bitcoin. */
export function viewOf(
  { opcode, data, op_return_value, inputs, outputs }: MadeUpTransaction,
  magic: Uint8Array,
): TransactionView {
  const pushed = Uint8Array.of(...magic, ...hexToBytes(opcode), ...hexToBytes(data));
  return {
    inputs: inputs.map(({ txid, vout, script_sig, pubkey }) => ({
      txid,
      index: vout,
      script:
        pubkey === undefined ? hexToBytes(script_sig ?? '') : Uint8Array.of(1, 0x30, ...pushBytes(hexToBytes(pubkey))),
      witness: [],
    })),
    outputs: [{ value: BigInt(op_return_value) as Sats, script: dataScript(pushed) }, ...outputsOf(outputs)],
  };
}
