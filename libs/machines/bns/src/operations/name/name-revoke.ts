import { accepted, type Ignored, rejected, type Verdict } from '@virtualchain/machine';
import type { NameRow } from '../../collections.ts';
import { nameFields, type OperationRules, type PayloadCodec, touchedBy } from '../../operation.ts';
import { findName } from '../../rules/lookups.ts';
import { splitName } from '../../rules/names.ts';
import { type DecidingBlock, isInGrace, isReady, lookupHeight, nameExists } from '../../rules/rules.ts';
import type { BnsTransaction, Sent } from '../../transaction.ts';
import { OPCODES } from '../../wire/opcodes.ts';
import { isIgnored, nameAt, namePayload, wrongLength } from '../../wire/payload.ts';
import { fromWords } from '../../wire/words.ts';

/** NAME_REVOKE `~`: the name, 3–37 bytes, unpadded. It is dead until it expires, and for ever where names do not. */
export interface NameRevokePayload {
  readonly name: string;
}

export interface NameRevoke extends Sent, NameRevokePayload {
  readonly kind: 'name_revoke';
}

function decode(payload: Uint8Array): NameRevokePayload | Ignored {
  if (payload.length < 3 || payload.length > 37) return wrongLength(payload, 'a revocation has 3 to 37');
  const name = nameAt(payload, 'unpadded');
  return isIgnored(name) ? name : { name };
}

/** The payload of a NAME_REVOKE: the name. What follows magic and opcode. */
export const nameRevokePayload = ({ name }: NameRevokePayload): Uint8Array => namePayload(name);

function parse(payload: Uint8Array, { sent }: BnsTransaction): NameRevoke | Ignored {
  const read = decode(payload);
  return isIgnored(read) ? read : { kind: 'name_revoke', ...sent, ...read };
}

async function decide(op: NameRevoke, block: DecidingBlock): Promise<Verdict> {
  const { rules } = block;
  const { namespace: namespaceId } = splitName(op.name);
  const { row, namespace } = await findName(block, op.name, namespaceId);
  if (!nameExists(rules, row, namespace, lookupHeight(block)))
    return rejected('NAME_UNKNOWN', `${op.name} does not exist`);
  if (!isReady(namespace)) return rejected('NAMESPACE_NOT_READY', `${namespaceId} is not launched`);
  if (row.revoked) return rejected('NAME_REVOKED', `${op.name} is revoked`);
  if (!nameExists(rules, row, namespace, op.height))
    return rejected('NAME_EXPIRED', `${op.name} expires in this block`);
  if (isInGrace(rules, row, namespace, op.height))
    return rejected('NAME_IN_GRACE', `${op.name} has expired: it can only be renewed`);
  if (row.sender !== op.sender)
    return rejected('NOT_OWNER', `${op.name} belongs to ${row.sender}, not to ${op.sender}`);
  const revoked: NameRow = { ...touchedBy(row, op, '~'), revoked: true, value_hash: null };
  await block.state.names.put(revoked);
  return accepted({ opcode: OPCODES.nameRevoke, fields: nameFields(revoked) });
}

const usage = 'NAME';

export const nameRevoke: OperationRules<NameRevoke> & PayloadCodec = {
  name: 'name_revoke',
  usage,
  decode,
  parse,
  decide,
  encode: (words) => fromWords(words, usage, [1], ({ name }) => nameRevokePayload({ name: name(0) })),
};
