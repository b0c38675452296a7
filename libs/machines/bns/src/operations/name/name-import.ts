import {
  accepted,
  type Ignored,
  ignored,
  LegacyFloat,
  type Rejected,
  rejected,
  type Verdict,
} from '@virtualchain/machine';
import { feeColumns, type NameRow, type NamespaceRow } from '../../collections.ts';
import { nameFields, type OperationRules, type PayloadCodec } from '../../operation.ts';
import { hash128, preorderHash } from '../../rules/hashes.ts';
import { importRing } from '../../rules/import-ring.ts';
import { isRevealedNow } from '../../rules/lookups.ts';
import { splitName } from '../../rules/names.ts';
import { microStacksPrice, satoshiPrice } from '../../rules/prices.ts';
import { isRejected } from '../../rules/rejected.ts';
import { type BlockState, type DecidingBlock, lookupHeight, nameExists } from '../../rules/rules.ts';
import { type BnsTransaction, outputsProblem, paidAt, type Sent } from '../../transaction.ts';
import { OPCODES } from '../../wire/opcodes.ts';
import { isIgnored, nameAt, namePayload, wrongLength } from '../../wire/payload.ts';
import { fromWords } from '../../wire/words.ts';

/**
 * NAME_IMPORT `;`: the name, 3–37 bytes, unpadded. Output 1 is the owner, the hash inside the script of output 2 is the
 * value hash. For the revealer of a namespace before its launch: no price, no quota, no collision.
 */
export interface NameImportPayload {
  readonly name: string;
}

export interface NameImport extends Sent, NameImportPayload {
  readonly kind: 'name_import';
  readonly recipient: string;
  readonly recipientAddress: string;
  readonly valueHash: string;
}

function decode(payload: Uint8Array): NameImportPayload | Ignored {
  if (payload.length < 3 || payload.length > 37) return wrongLength(payload, 'an import has 3 to 37');
  const name = nameAt(payload, 'unpadded');
  return isIgnored(name) ? name : { name };
}

/** The payload of a NAME_IMPORT: the name. What follows magic and opcode. */
export const nameImportPayload = ({ name }: NameImportPayload): Uint8Array => namePayload(name);

function parse(payload: Uint8Array, transaction: BnsTransaction): NameImport | Ignored {
  const read = decode(payload);
  if (isIgnored(read)) return read;
  if (transaction.outputs.length < 3) return ignored('OUTPUT_COUNT', 'an import has 3 outputs or more');
  const problem = outputsProblem(transaction, 3);
  if (problem !== null) return problem;
  const recipient = paidAt(transaction, 1, 'owner');
  if (isIgnored(recipient)) return recipient;
  const value = paidAt(transaction, 2, 'value hash');
  if (isIgnored(value)) return value;
  const { script, address } = recipient.party;
  return {
    kind: 'name_import',
    ...transaction.sent,
    ...read,
    recipient: script,
    recipientAddress: address,
    valueHash: value.hash,
  };
}

/** The checks before the one of the key ring. */
async function checkImport(op: NameImport, block: BlockState): Promise<NamespaceRow | Rejected> {
  if (op.senderPubkey === null)
    return rejected('PUBLIC_KEY_UNKNOWN', 'only a key can import: input 0 has to spend p2pkh and show its key');
  const { namespace: namespaceId } = splitName(op.name);
  const namespace = await block.state.namespaces.get({ namespace_id: namespaceId });
  return isRevealedNow(block, namespace)
    ? namespace
    : rejected('NAMESPACE_NOT_REVEALED', `${namespaceId} is not revealed, or launched already`);
}

/**
 * The first import ever that passes the checks before, and that the revealer's launch address sent, fixes the ring of a
 * namespace id for good. The scan of a block does this, so that imports by derived keys may stand before it.
 */
export async function fixImportRing(op: NameImport, block: BlockState): Promise<void> {
  const namespace = await checkImport(op, block);
  if (isRejected(namespace) || op.senderPubkey === null || op.address !== namespace.recipient_address) return;
  const { namespace_id } = namespace;
  if ((await block.state.import_rings.get({ namespace_id })) !== null) return;
  await block.state.import_rings.put({
    namespace_id,
    public_key: op.senderPubkey,
    addresses: importRing(op.senderPubkey, block.rules),
  });
}

async function decide(op: NameImport, block: DecidingBlock): Promise<Verdict> {
  const namespace = await checkImport(op, block);
  if (isRejected(namespace)) return namespace;
  const { namespace_id } = namespace;
  const ring = await block.state.import_rings.get({ namespace_id });
  if (ring === null) return rejected('FIRST_IMPORT_NOT_REVEALER', `${namespace.recipient_address} has to import first`);
  if (!ring.addresses.includes(op.address)) return rejected('NOT_IMPORTER', `${op.address} is not in the key ring`);
  const existing = await block.state.names.get({ name: op.name });
  const row = importedRow(op, block, namespace, existing);
  if (existing !== null && op.height === namespace.reveal_block + block.rules.revealWindowBlocks)
    return rejected('IMPORT_TOO_LATE', `the last block of the window imports no name again`);
  if (row.first_registered < op.height && existing?.token_fee !== row.token_fee)
    return rejected('IMPORT_PRICE_CHANGED', `${op.name} was imported at another price`);
  await block.state.names.put(row);
  return accepted({ opcode: OPCODES.nameImport, fields: nameFields(row) });
}

function importedRow(op: NameImport, block: BlockState, namespace: NamespaceRow, existing: NameRow | null): NameRow {
  const { label } = splitName(op.name);
  const inTokens = namespace.version === 3;
  const price = inTokens ? new LegacyFloat(0) : satoshiPrice(label, namespace, block.epoch);
  const earlier = nameExists(block.rules, existing, namespace, lookupHeight(block)) ? existing : null;
  return {
    name: op.name,
    name_hash128: hash128(op.name),
    namespace_id: namespace.namespace_id,
    namespace_block_number: namespace.block_number,
    preorder_hash: earlier?.preorder_hash ?? preorderHash(op.name, op.sender, op.recipientAddress),
    value_hash: op.valueHash,
    sender: op.recipient,
    sender_pubkey: op.senderPubkey,
    address: op.recipientAddress,
    block_number: earlier?.block_number ?? op.height,
    preorder_block_number: earlier?.preorder_block_number ?? op.height,
    first_registered: earlier?.first_registered ?? op.height,
    last_renewed: earlier?.last_renewed ?? op.height,
    revoked: false,
    op: ';',
    txid: op.txid,
    vtxindex: op.vtxindex,
    ...feeColumns(';', price),
    token_fee: inTokens ? microStacksPrice(label, namespace) : 0n,
    importer: op.sender,
    importer_address: op.address,
    consensus_hash: null,
    update_consensus_hash: null,
    last_creation_op: ';',
  };
}

const usage = 'NAME';

export const nameImport: OperationRules<NameImport> & PayloadCodec = {
  name: 'name_import',
  usage,
  decode,
  parse,
  decide,
  encode: (words) => fromWords(words, usage, [1], ({ name }) => nameImportPayload({ name: name(0) })),
};
