import type { Height } from '@virtualchain/bitcoin';
import {
  accepted,
  type ConsensusHash,
  defineStateMachine,
  type FoldedBlock,
  MemoryFold,
  rejected,
} from '@virtualchain/machine';
import { fieldValues, type TypedFields } from '../typed-value.ts';
import { madeUpBlock } from './made-up-events.ts';

/** An operation that the file gives already parsed, with the verdict. */
export interface EchoOp {
  readonly opcode_hex: string;
  readonly txid: string;
  readonly vtxindex: number;
  readonly accept: boolean;
  readonly fields: TypedFields;
}

/** What a chain of a vector file says of its machine. */
export interface ChainHead {
  readonly first_block: number;
  readonly initial_snapshots: Readonly<Record<string, string>>;
  readonly opfields: readonly OpFields[];
}

export interface OpFields {
  readonly opcode_hex: string;
  readonly fields: readonly string[];
}

export function hashedFieldsOf(opfields: readonly OpFields[]): Readonly<Record<number, readonly string[]>> {
  return Object.fromEntries(opfields.map(({ opcode_hex, fields }) => [Number.parseInt(opcode_hex, 16), fields]));
}

export function snapshotsOf(snapshots: Readonly<Record<string, string>>): ReadonlyMap<Height, ConsensusHash> {
  return new Map(Object.entries(snapshots).map(([height, hash]) => [Number(height) as Height, hash as ConsensusHash]));
}

export interface EchoChain {
  connect(height: number, ops: readonly EchoOp[]): Promise<FoldedBlock | null>;
}

/** A machine that accepts what the file says, and commits it unchanged. */
export async function echoChain({ first_block, initial_snapshots, opfields }: ChainHead): Promise<EchoChain> {
  let current: readonly EchoOp[] = [];
  const machine = defineStateMachine<EchoOp, Record<never, never>>({
    name: 'echo',
    version: 1,
    firstBlock: first_block as Height,
    initialSnapshots: snapshotsOf(initial_snapshots),
    consensusWindow: 24,
    collections: {},
    hashedFields: hashedFieldsOf(opfields),
    parse: ({ position }) => current[position] as EchoOp,
    decide: async ({ accept, opcode_hex, fields }) =>
      accept
        ? accepted({ opcode: Number.parseInt(opcode_hex, 16), fields: fieldValues(fields) })
        : rejected('NOT_ACCEPTED', 'the file says so'),
  });
  const fold = await MemoryFold.open(machine);
  return {
    connect: async (height, ops) => {
      current = ops;
      const operations = ops.map(({ txid, vtxindex, opcode_hex }) => ({
        txid,
        transactionIndex: vtxindex,
        opcode: opcode_hex,
        payload: '',
        senderScript: '',
        fee: '0',
      }));
      return fold.connect(madeUpBlock(height, operations));
    },
  };
}
