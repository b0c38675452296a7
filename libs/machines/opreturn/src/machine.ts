import { type Height, hexToBytes, sha256 } from '@virtualchain/bitcoin';
import { ExpectedError } from '@virtualchain/kernel';
import {
  accepted,
  consensusHash,
  defineStateMachine,
  type MachineDefinition,
  type State,
  type Verdict,
} from '@virtualchain/machine';
import type { OperationEvent } from '@virtualchain/protocol';
import { type Collections, collections, type PayloadRow } from './collections.ts';
import { PREFIX_BYTES_DEFAULT, PREFIX_BYTES_MAX, START_BYTES } from './limits.ts';
import { queries } from './queries.ts';

/** A payload, as far as it is counted. */
export interface PayloadOperation extends PayloadRow {
  readonly prefix: Uint8Array;
}

/** The parameters make no machine. */
export class OpreturnParametersInvalid extends ExpectedError {
  override readonly name = 'OpreturnParametersInvalid';
  readonly code = 'OPRETURN_PARAMETERS_INVALID';
  readonly remedy = 'halt';
}

/**
 * Counts payloads by their prefixes and by block, and finds them by prefix, content, height and transaction. Accepts everything, makes no
 * transitions. Parameters: `prefixBytes`, how many bytes of a payload are its prefix (2 when absent, 8 at most).
 *
 * @throws OpreturnParametersInvalid
 */
export const opreturnMachine: MachineDefinition = (parameters, chain) => {
  const prefixBytes = readPrefixBytes(parameters);
  return defineStateMachine<PayloadOperation, Collections>({
    name: 'opreturn',
    version: 1,
    firstBlock: chain.firstBlock,
    initialSnapshots: new Map([[(chain.firstBlock - 1) as Height, consensusHash('00'.repeat(16))]]),
    consensusWindow: 0,
    collections,
    hashedFields: {},
    parse: (event) => readPayload(event, prefixBytes),
    prefetch: ({ prefix, height, transaction_index }) => ({
      prefixes: [{ prefix }],
      payloads: [{ height, transaction_index }],
      heights: [{ height }],
    }),
    decide: (op, _context, state) => count(op, state),
    queries,
  });
};

function readPrefixBytes({ prefixBytes = PREFIX_BYTES_DEFAULT, ...others }: Readonly<Record<string, unknown>>): number {
  const unknown = Object.keys(others);
  if (unknown.length > 0)
    throw new OpreturnParametersInvalid(`opreturn: unknown parameter ${unknown.join(', ')}; known is prefixBytes`);
  if (!Number.isInteger(prefixBytes) || (prefixBytes as number) < 1 || (prefixBytes as number) > PREFIX_BYTES_MAX) {
    throw new OpreturnParametersInvalid(
      `opreturn: prefixBytes is a whole number from 1 to ${PREFIX_BYTES_MAX}, not ${JSON.stringify(prefixBytes)}`,
    );
  }
  return prefixBytes as number;
}

function readPayload(event: OperationEvent, prefixBytes: number): PayloadOperation {
  const payload = hexToBytes(`${event.opcode ?? ''}${event.payload}`);
  return {
    height: event.height,
    transaction_index: event.transactionIndex,
    txid: event.txid,
    length: payload.length,
    start: payload.subarray(0, START_BYTES),
    sha256: sha256(payload),
    prefix: payload.subarray(0, prefixBytes),
  };
}

async function count({ prefix, ...row }: PayloadOperation, state: State<Collections>): Promise<Verdict> {
  const { height, length, txid } = row;
  await state.payloads.put(row);
  const known = await state.prefixes.get({ prefix });
  const payloads = (known?.payloads ?? 0) + 1;
  await state.prefixes.put({
    prefix,
    payloads,
    bytes: (known?.bytes ?? 0) + length,
    first_height: known?.first_height ?? height,
    last_height: height,
    last_txid: txid,
    rank: -payloads,
  });
  const block = await state.heights.get({ height });
  await state.heights.put({ height, payloads: (block?.payloads ?? 0) + 1, bytes: (block?.bytes ?? 0) + length });
  return accepted();
}
