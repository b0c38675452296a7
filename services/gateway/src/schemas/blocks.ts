import type { BlockRecord, OperationRecord } from '@virtualchain/machine';
import { Type } from 'typebox';
import { blockHash, consensusHash, hash256, height, nullable, transactionId } from './common.ts';

const verdict = Type.Union([Type.Literal('accepted'), Type.Literal('rejected'), Type.Literal('ignored')]);

export const Block = Type.Object({
  height,
  hash: blockHash,
  time: Type.Integer({ description: 'of its header, Unix seconds' }),
  opsHash: hash256,
  consensusHash,
  changesHash: hash256,
  accepted: Type.Integer(),
  rejected: Type.Integer(),
  ignored: Type.Integer(),
});

export const Operation = Type.Object({
  txid: transactionId,
  height,
  blockHash,
  position: Type.Integer({ description: 'among the operations of its block' }),
  transactionIndex: Type.Integer({ description: 'of its transaction in the block' }),
  opcode: nullable(Type.String({ pattern: '^[0-9a-f]{2}$' })),
  name: nullable(Type.String({ description: 'as the chain calls it' })),
  payload: Type.String({ description: 'what follows magic and opcode, as hex' }),
  decoded: Type.Unknown({ description: 'what the chain reads in the payload; null when nothing' }),
  problem: Type.Optional(Type.String({ description: 'why the payload does not read' })),
  isWithoutSenders: Type.Optional(
    Type.Literal(true, {
      description: 'the chain looks no spent output up: senders are empty, and the fee is 0, whatever was spent',
    }),
  ),
  senders: Type.Array(Type.Unknown()),
  outputs: Type.Array(Type.Unknown()),
  fee: Type.String({ description: 'satoshis as decimal text' }),
  merklePath: Type.String({ description: 'proves the transaction to the header of its block' }),
  verdict,
  code: nullable(Type.String({ description: 'why it was rejected or ignored' })),
  detail: nullable(Type.String()),
  changed: Type.Array(Type.Object({ collection: Type.String(), key: Type.Array(Type.Unknown()) }), {
    description: 'the rows that it wrote',
  }),
});

export function blockJson(block: BlockRecord): Readonly<Record<string, unknown>> {
  return { ...block };
}

export function operationJson({
  event,
  verdict: said,
  changedKeys,
}: OperationRecord): Readonly<Record<string, unknown>> {
  const { txid, height: at, blockHash: hash, position, transactionIndex, opcode, name, payload, decoded } = event;
  const { isWithoutSenders, senders, outputs, fee, merklePath, problem } = event;
  return {
    ...{ txid, height: at, blockHash: hash, position, transactionIndex, opcode, name, payload, decoded },
    ...(problem === undefined ? {} : { problem }),
    ...(isWithoutSenders === undefined ? {} : { isWithoutSenders }),
    ...{ senders, outputs, fee, merklePath },
    verdict: said.kind,
    code: said.kind === 'accepted' ? null : said.code,
    detail: said.kind === 'accepted' ? null : said.detail,
    changed: changedKeys.map(([collection, key]) => ({ collection, key })),
  };
}
