import { type Height, hexToBytes, satsOfText, sha256 } from '@virtualchain/bitcoin';
import {
  accepted,
  bytes,
  collection,
  consensusHash,
  defineStateMachine,
  integer,
  type MachineDefinition,
  numeric,
  type State,
  type Verdict,
} from '@virtualchain/machine';
import type { OperationEvent } from '@virtualchain/protocol';

const collections = {
  /**
   * One row a sending script: the first funding output of a transaction. Empty where there is none; the sha256 of one
   * that is longer than any in use, and than a key may be.
   */
  senders: collection({
    columns: { script: bytes(), operations: integer(), fees: numeric(), last_height: integer() },
    key: ['script'],
    indexes: { operations: ['operations'] },
  }),
  /** One row an opcode; empty bytes stand for a payload of the magic bytes alone. */
  opcodes: collection({
    columns: { opcode: bytes(), operations: integer(), fees: numeric(), last_height: integer() },
    key: ['opcode'],
  }),
};

type Collections = typeof collections;

/** What a standard transaction can spend is far shorter; consensus allows 10,000. */
const SCRIPT_BYTES_MAX = 520;

/** What is counted of an operation: who sent it, its opcode, and its fee in satoshis. */
export interface ActivityOperation {
  readonly script: Uint8Array;
  readonly opcode: Uint8Array;
  readonly fee: bigint;
}

/**
 * Counts and fees per sender and per opcode, of any virtual chain's log. Accepts every operation, makes no transitions.
 * Parameters: none.
 */
export const activityMachine: MachineDefinition = (_parameters, chain) =>
  defineStateMachine<ActivityOperation, Collections>({
    name: 'activity',
    version: 1,
    firstBlock: chain.firstBlock,
    initialSnapshots: new Map([[(chain.firstBlock - 1) as Height, consensusHash('00'.repeat(16))]]),
    consensusWindow: 0,
    collections,
    hashedFields: {},
    parse: ({ opcode, senders, fee }: OperationEvent) => ({
      script: scriptKey(hexToBytes(senders[0]?.scriptPubKey ?? '')),
      opcode: hexToBytes(opcode ?? ''),
      fee: satsOfText(fee),
    }),
    prefetch: ({ script, opcode }) => ({ senders: [{ script }], opcodes: [{ opcode }] }),
    decide: async (op, { block }, state) => count(op, block.height, state),
  });

function scriptKey(script: Uint8Array): Uint8Array {
  return script.length > SCRIPT_BYTES_MAX ? sha256(script) : script;
}

async function count(
  { script, opcode, fee }: ActivityOperation,
  height: number,
  state: State<Collections>,
): Promise<Verdict> {
  const sender = await state.senders.get({ script });
  await state.senders.put({
    script,
    operations: (sender?.operations ?? 0) + 1,
    fees: (sender?.fees ?? 0n) + fee,
    last_height: height,
  });
  const kind = await state.opcodes.get({ opcode });
  await state.opcodes.put({
    opcode,
    operations: (kind?.operations ?? 0) + 1,
    fees: (kind?.fees ?? 0n) + fee,
    last_height: height,
  });
  return accepted();
}
