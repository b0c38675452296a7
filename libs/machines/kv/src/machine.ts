import { bytesToHex, type Height, hexToBytes, satsOfText } from '@virtualchain/bitcoin';
import {
  type Accepted,
  accepted,
  consensusHash,
  type DecideContext,
  defineStateMachine,
  type Ignored,
  ignored,
  type MachineDefinition,
  rejected,
  type State,
  type Verdict,
} from '@virtualchain/machine';
import type { OperationEvent } from '@virtualchain/protocol';
import { type KvPayload, OPCODES, parsePayload } from './codec.ts';
import { collections, type KvCollections, type NameRow } from './collections.ts';
import { queries } from './queries.ts';

/** An operation that parses, with what the rules need of its transaction. */
export interface KvOperation {
  readonly payload: KvPayload;
  /** Script of the first funding output, hex. */
  readonly sender: string;
  readonly fee: bigint;
}

/**
 * The example machine: names with an owner and a value. The same rules, fields and hashes as the `kv` machine of the
 * original's vectors. Parameters: none.
 */
export const kvMachine: MachineDefinition = (_parameters, chain) =>
  defineStateMachine<KvOperation, KvCollections>({
    name: 'kv',
    version: 1,
    firstBlock: chain.firstBlock,
    initialSnapshots: new Map([[(chain.firstBlock - 1) as Height, consensusHash('00'.repeat(16))]]),
    consensusWindow: 24,
    collections,
    hashedFields: {
      [OPCODES.claim]: ['name', 'owner', 'fee', 'block_number'],
      [OPCODES.update]: ['name', 'owner', 'value', 'revision'],
      [OPCODES.transfer]: ['name', 'owner', 'recipient', 'value', 'revision'],
      [OPCODES.delete]: ['name', 'owner', 'history', 'revision'],
      [OPCODES.lock]: ['name'],
    },
    parse,
    prefetch: ({ payload }) => ({ names: [{ name: payload.name }] }),
    decide,
    queries,
  });

function parse({ opcode, payload, senders, fee }: OperationEvent): KvOperation | Ignored {
  if (opcode === null) return ignored('OPCODE_MISSING', 'nothing follows the magic bytes');
  const parsed = parsePayload(Number.parseInt(opcode, 16), hexToBytes(payload));
  if (parsed.kind === 'malformed') return ignored(parsed.code, parsed.detail);
  const sender = senders[0];
  if (sender === undefined) return ignored('SENDER_MISSING', 'the transaction has no inputs');
  return { payload: parsed, sender: sender.scriptPubKey, fee: satsOfText(fee) };
}

async function decide(
  op: KvOperation,
  { block }: DecideContext<undefined>,
  { names }: State<KvCollections>,
): Promise<Verdict> {
  const { payload, sender } = op;
  const current = await names.get({ name: payload.name });
  if (payload.kind === 'claim') {
    if (current !== null) return rejected('NAME_TAKEN', `${payload.name} belongs to ${current.owner}`);
    const claimed = {
      name: payload.name,
      owner: sender,
      value: null,
      revision: 0,
      locked: false,
      history: [block.height],
      claim_fee: op.fee,
    };
    await names.put(claimed);
    return transition(OPCODES.claim, { name: payload.name, owner: sender, fee: op.fee, block_number: block.height });
  }
  if (current === null) return rejected('NAME_UNKNOWN', `${payload.name} does not exist`);
  if (current.owner !== sender)
    return rejected('NOT_OWNER', `${payload.name} belongs to ${current.owner}, not to ${sender}`);
  if (current.locked && payload.kind !== 'delete') return rejected('NAME_LOCKED', `${payload.name} is locked`);
  const { name } = payload;
  const revised: NameRow = { ...current, revision: current.revision + 1, history: [...current.history, block.height] };
  const { revision } = revised;
  switch (payload.kind) {
    case 'lock':
      await names.put({ ...current, locked: true });
      return accepted();
    case 'update': {
      const value = bytesToHex(payload.value);
      await names.put({ ...revised, value });
      return transition(OPCODES.update, { name, owner: current.owner, value, revision });
    }
    case 'transfer': {
      const recipient = `76a914${bytesToHex(payload.recipientHash)}88ac`;
      await names.put({ ...revised, owner: recipient });
      return transition(OPCODES.transfer, { name, owner: current.owner, recipient, value: current.value, revision });
    }
    case 'delete': {
      await names.delete({ name });
      const { owner } = current;
      const fields = { name, owner, history: revised.history, revision };
      const tombstone = { ...fields, name: `${name}/tombstone`, owner: null };
      return accepted({ opcode: OPCODES.delete, fields }, { opcode: OPCODES.delete, fields: tombstone });
    }
  }
}

function transition(opcode: number, fields: Accepted['transitions'][number]['fields']): Accepted {
  return accepted({ opcode, fields });
}
