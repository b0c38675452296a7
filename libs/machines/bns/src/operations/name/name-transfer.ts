import { concatBytes, hexToBytes } from '@virtualchain/bitcoin';
import { accepted, type Ignored, ignored, rejected, type Verdict } from '@virtualchain/machine';
import type { NameRow } from '../../collections.ts';
import { nameFields, type OperationRules, type PayloadCodec, touchedBy } from '../../operation.ts';
import { hash128 } from '../../rules/hashes.ts';
import { hasQuota, nameByHash } from '../../rules/lookups.ts';
import { type DecidingBlock, isInGrace, isReady } from '../../rules/rules.ts';
import { type BnsTransaction, isScriptHash, outputsProblem, paidAt, type Sent } from '../../transaction.ts';
import { OPCODES } from '../../wire/opcodes.ts';
import { hexAt, isIgnored, wrongLength } from '../../wire/payload.ts';
import { fromWords } from '../../wire/words.ts';

/** NAME_TRANSFER `>`: `>` to keep the value or `~` to drop it, 128-bit hash of the name 16, consensus hash 16. Output 1 is the new owner. */
export interface NameTransferPayload {
  readonly keepsValue: boolean;
  readonly nameHash: string;
  readonly consensusHash: string;
}

export interface NameTransfer extends Sent, NameTransferPayload {
  readonly kind: 'name_transfer';
  readonly recipient: string;
  readonly recipientAddress: string;
}

const KEEP = 0x3e;
const DROP = 0x7e;

function decode(payload: Uint8Array): NameTransferPayload | Ignored {
  if (payload.length !== 33) return wrongLength(payload, 'a transfer has 33');
  if (payload[0] !== KEEP && payload[0] !== DROP) return ignored('FLAG_UNKNOWN', 'the flag is neither > nor ~');
  return {
    keepsValue: payload[0] === KEEP,
    nameHash: hexAt(payload, 1, 16),
    consensusHash: hexAt(payload, 17, 16),
  };
}

/**
 * The payload of a NAME_TRANSFER: whether the value is kept, the hash of the name, the consensus hash. What follows
 * magic and opcode.
 */
export function nameTransferPayload({ keepsValue, nameHash, consensusHash }: NameTransferPayload): Uint8Array {
  return concatBytes(Uint8Array.of(keepsValue ? KEEP : DROP), hexToBytes(nameHash), hexToBytes(consensusHash));
}

function parse(payload: Uint8Array, transaction: BnsTransaction): NameTransfer | Ignored {
  const read = decode(payload);
  if (isIgnored(read)) return read;
  const problem = outputsProblem(transaction, 2);
  if (problem !== null) return problem;
  const recipient = paidAt(transaction, 1, 'new owner');
  if (isIgnored(recipient)) return recipient;
  const { script, address } = recipient.party;
  return { kind: 'name_transfer', ...transaction.sent, ...read, recipient: script, recipientAddress: address };
}

async function decide(op: NameTransfer, block: DecidingBlock): Promise<Verdict> {
  const { rules } = block;
  const found = await nameByHash(block, op.nameHash);
  if (found === null || found.row === null) return rejected('NAME_UNKNOWN', `no name has the hash ${op.nameHash}`);
  const { row, namespace } = found;
  if (!isReady(namespace)) return rejected('NAMESPACE_NOT_READY', `${row.namespace_id} is not launched`);
  if (isInGrace(rules, row, namespace, op.height))
    return rejected('NAME_IN_GRACE', `${row.name} has expired: it can only be renewed`);
  if (!block.window.has(op.consensusHash))
    return rejected('CONSENSUS_HASH_STALE', `${op.consensusHash} is not among the last ones`);
  if (op.recipient === op.sender) return rejected('RECIPIENT_IS_SENDER', `${row.name} would stay where it is`);
  if (row.sender !== op.sender)
    return rejected('NOT_OWNER', `${row.name} belongs to ${row.sender}, not to ${op.sender}`);
  if (!(await hasQuota(block, op.recipient, 0)))
    return rejected('QUOTA_EXCEEDED', `${op.recipient} owns ${rules.namesPerOwnerMax} names`);
  // Last of all: p2sh owners, which came by a transfer, cannot hand on before their epoch (operations/transfer.py:237).
  if (!block.epoch.hasMultisig && isScriptHash(op.sender))
    return rejected('SENDER_MULTISIG_TOO_EARLY', `${op.address} is p2sh in epoch ${block.epoch.number}`);
  const transferred: NameRow = {
    ...touchedBy(row, op, op.keepsValue ? '>>' : '>~'),
    sender: op.recipient,
    sender_pubkey: null,
    address: op.recipientAddress,
    value_hash: op.keepsValue ? row.value_hash : null,
    // That of the last update since the name was created, if there was one: the original's (spec §8, 2).
    consensus_hash: row.update_consensus_hash ?? op.consensusHash,
  };
  await block.state.names.put(transferred);
  return accepted({
    opcode: OPCODES.nameTransfer,
    fields: { ...nameFields(transferred), keep_data: op.keepsValue },
  });
}

const usage = 'NAME CONSENSUS-HASH keep|drop';

export const nameTransfer: OperationRules<NameTransfer> & PayloadCodec = {
  name: 'name_transfer',
  usage,
  decode,
  parse,
  decide,
  encode: (words) =>
    fromWords(words, usage, [3], ({ name, hash, problem }) => {
      if (words[2] !== 'keep' && words[2] !== 'drop') problem('say whether to keep or to drop the value');
      return nameTransferPayload({
        keepsValue: words[2] === 'keep',
        nameHash: hash128(name(0)),
        consensusHash: hash(1, 'a consensus hash', 16),
      });
    }),
};
