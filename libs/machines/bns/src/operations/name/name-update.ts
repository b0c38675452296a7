import { concatBytes, type Height, hexToBytes } from '@virtualchain/bitcoin';
import { accepted, type Ignored, rejected, type Verdict } from '@virtualchain/machine';
import type { NameRow } from '../../collections.ts';
import { nameFields, type OperationRules, type PayloadCodec, touchedBy } from '../../operation.ts';
import { isNameConsensusHash, nameConsensusHash } from '../../rules/hashes.ts';
import { namesOwned, readNamespace } from '../../rules/lookups.ts';
import { type DecidingBlock, isInGrace, isReady } from '../../rules/rules.ts';
import type { BnsTransaction, Sent } from '../../transaction.ts';
import { OPCODES } from '../../wire/opcodes.ts';
import { hexAt, isIgnored, wrongLength } from '../../wire/payload.ts';
import { fromWords } from '../../wire/words.ts';

/**
 * NAME_UPDATE `+`: 128-bit hash of name and recent consensus hash 16, value hash 20. Which name is meant is found among
 * those of the sender.
 */
export interface NameUpdatePayload {
  readonly nameConsensusHash: string;
  readonly valueHash: string;
}

export interface NameUpdate extends Sent, NameUpdatePayload {
  readonly kind: 'name_update';
}

function decode(payload: Uint8Array): NameUpdatePayload | Ignored {
  if (payload.length !== 36) return wrongLength(payload, 'an update has 36');
  return { nameConsensusHash: hexAt(payload, 0, 16), valueHash: hexAt(payload, 16, 20) };
}

/**
 * The payload of a NAME_UPDATE: the hash of name and consensus hash, and the new value hash. What follows magic and
 * opcode.
 */
export function nameUpdatePayload({ nameConsensusHash: hash, valueHash }: NameUpdatePayload): Uint8Array {
  return concatBytes(hexToBytes(hash), hexToBytes(valueHash));
}

function parse(payload: Uint8Array, { sent }: BnsTransaction): NameUpdate | Ignored {
  const read = decode(payload);
  return isIgnored(read) ? read : { kind: 'name_update', ...sent, ...read };
}

async function decide(op: NameUpdate, block: DecidingBlock): Promise<Verdict> {
  const { rules } = block;
  const owned = await namesOwned(block, op.sender, rules.namesPerOwnerMax + 1);
  if (owned.length > rules.namesPerOwnerMax)
    return rejected('QUOTA_EXCEEDED', `${op.sender} owns more than ${rules.namesPerOwnerMax} names`);
  const meant = await nameMeant(op, owned, block);
  if (meant === null)
    return rejected(
      'NAME_UNKNOWN',
      `no name of ${op.sender} with a recent consensus hash gives ${op.nameConsensusHash}`,
    );
  const { row, consensusHash } = meant;
  const namespace = await readNamespace(block, row);
  if (!isReady(namespace)) return rejected('NAMESPACE_NOT_READY', `${row.namespace_id} is not launched`);
  if (isInGrace(rules, row, namespace, op.height))
    return rejected('NAME_IN_GRACE', `${row.name} has expired: it can only be renewed`);
  const updated: NameRow = {
    ...touchedBy(row, op, '+'),
    value_hash: op.valueHash,
    consensus_hash: consensusHash,
    update_consensus_hash: consensusHash,
  };
  await block.state.names.put(updated);
  return accepted({
    opcode: OPCODES.nameUpdate,
    fields: { ...nameFields(updated), name_consensus_hash: op.nameConsensusHash },
  });
}

/** The name and the recent consensus hash that give the hash of the payload. */
async function nameMeant(
  op: NameUpdate,
  names: readonly NameRow[],
  { rules, height, snapshots }: DecidingBlock,
): Promise<{ readonly row: NameRow; readonly consensusHash: string } | null> {
  if (names.length === 0) return null;
  const wanted = hexToBytes(op.nameConsensusHash);
  for (let back = 1; back <= rules.consensusWindowBlocks && back <= height; back += 1) {
    const consensusHash = await snapshots.at((height - back) as Height);
    if (consensusHash === null) continue;
    const row = names.find(({ name }) => isNameConsensusHash(wanted, name, consensusHash));
    if (row !== undefined) return { row, consensusHash };
  }
  return null;
}

const usage = 'NAME CONSENSUS-HASH VALUE-HASH';

export const nameUpdate: OperationRules<NameUpdate> & PayloadCodec = {
  name: 'name_update',
  usage,
  decode,
  parse,
  decide,
  encode: (words) =>
    fromWords(words, usage, [3], ({ name, hash }) =>
      nameUpdatePayload({
        nameConsensusHash: nameConsensusHash(name(0), hash(1, 'a consensus hash', 16)),
        valueHash: hash(2, 'a value hash', 20),
      }),
    ),
};
