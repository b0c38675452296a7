import { type BlockHash, bytesToHex, type Height, NULL_TXID, satsText, sha256, type Txid } from '@virtualchain/bitcoin';
import {
  accepted,
  collection,
  consensusHash,
  defineStateMachine,
  type FoldInput,
  integer,
  text,
} from '@virtualchain/machine';
import type { MachineInstance } from '@virtualchain/projection';
import { defineVirtualChain, type OperationEvent } from '@virtualchain/protocol';
import benchWorkload from '../../vectors/bench_workload.json' with { type: 'json' };

/** The original's own benchmark: so many blocks of so many operations, and the hash that the last one was sealed with. */
export interface OriginalWorkload {
  readonly blocks: number;
  readonly operationsPerBlock: number;
  readonly finalHash: string;
}

/** As recorded in `bench_workload.json`. */
export const ORIGINAL_WORKLOADS: readonly OriginalWorkload[] = benchWorkload.expected.map((one) => ({
  blocks: one.blocks,
  operationsPerBlock: one.ops_per_block,
  finalHash: one.final_consensus_hash,
}));

const EQUALS = 0x3d;

interface Assignment {
  readonly name: string;
  readonly value: string;
  readonly owner: string;
  readonly block_number: number;
  readonly txid: string;
}

/** The machine of the original's benchmark: each operation gives a name a value and an owner, and all are accepted. */
export function originalInstance(): MachineInstance {
  const chain = defineVirtualChain({ name: 'bm', magic: 'bm', firstBlock: 1, operations: [], parameters: {} });
  const machine = defineStateMachine<Assignment, { names: typeof names }>({
    name: 'assignments',
    version: 1,
    firstBlock: chain.firstBlock,
    initialSnapshots: new Map([[0 as Height, consensusHash('00'.repeat(16))]]),
    consensusWindow: 0,
    collections: { names },
    hashedFields: { [EQUALS]: ['name', 'value', 'owner', 'block_number', 'txid'] },
    parse: ({ payload, senders, height, txid }) => {
      const [name = '', value = ''] = Buffer.from(payload, 'hex').toString('latin1').split(':');
      return { name, value, owner: senders[0]?.scriptPubKey ?? '', block_number: height, txid };
    },
    prefetch: ({ name }) => ({ names: [{ name }] }),
    async decide(op, _context, state) {
      await state.names.put(op as never);
      return accepted({ opcode: EQUALS, fields: { ...op } });
    },
  });
  return { chain, machine, network: 'regtest', parameters: {} };
}

const names = collection({
  columns: { name: text(), value: text(), owner: text(), block_number: integer(), txid: text() },
  key: ['name'],
});

const utf8 = new TextEncoder();
const hashOf = (words: string): string => bytesToHex(sha256(utf8.encode(words)));

/** The blocks of a workload as a machine folds them. */
export function originalInputs({ blocks, operationsPerBlock }: OriginalWorkload): readonly FoldInput[] {
  return Array.from({ length: blocks }, (_, index) => {
    const height = (index + 1) as Height;
    const hash = hashOf(`block ${height}`) as BlockHash;
    return {
      height,
      hash,
      previousHash: hashOf(`block ${index}`) as BlockHash,
      time: height,
      operations: Array.from({ length: operationsPerBlock }, (_each, i) => operationOf(height, hash, i)),
    };
  });
}

function operationOf(height: Height, blockHash: BlockHash, i: number): OperationEvent {
  const payload = `n${i}:${hashOf(`v:${height}:${i}`).slice(0, 40)}`;
  return {
    type: 'operation',
    schema: 1,
    log: '00'.repeat(16),
    epoch: 1,
    sequence: height * 1_000 + i,
    height,
    blockHash,
    position: i,
    txid: hashOf(`tx:${height}:${i}`) as Txid,
    transactionIndex: i + 1,
    version: 1,
    locktime: 0,
    opcode: '3d',
    name: null,
    payload: bytesToHex(utf8.encode(payload)),
    decoded: null,
    senders: [
      {
        value: satsText(10_000n),
        scriptPubKey: `76a914${hashOf(`s:${i}`).slice(0, 40)}88ac`,
        scriptType: 'pubkeyhash',
        addresses: [],
        txid: NULL_TXID,
        index: 0,
      },
    ],
    inputs: [],
    outputs: [],
    fee: satsText(BigInt(1_000 + i)),
    merklePath: '',
  };
}
