import {
  boolean,
  collection,
  integer,
  LegacyFloat,
  legacyFloat,
  list,
  nullable,
  numeric,
  type RowOf,
  type State,
  text,
} from '@virtualchain/machine';

/** Hashes and scripts are hex text, as they are hashed. Rows of what expired stay until somebody takes their place. */
export const collections = {
  /** One row a name, live or expired (spec §6). */
  names: collection({
    columns: {
      name: text(),
      name_hash128: text(),
      namespace_id: text(),
      namespace_block_number: integer(),
      preorder_hash: text(),
      value_hash: nullable(text()),
      sender: text(),
      sender_pubkey: nullable(text()),
      address: text(),
      block_number: integer(),
      preorder_block_number: integer(),
      first_registered: integer(),
      last_renewed: integer(),
      revoked: boolean(),
      op: text(),
      txid: text(),
      vtxindex: integer(),
      /** Satoshis. Null while the last creation is an import: then it is the float beside it. */
      op_fee: nullable(numeric()),
      imported_op_fee: nullable(legacyFloat()),
      token_fee: numeric(),
      importer: nullable(text()),
      importer_address: nullable(text()),
      consensus_hash: nullable(text()),
      /** Of the last update since the last creation: what a transfer is hashed with. */
      update_consensus_hash: nullable(text()),
      /** `?` or `;`. */
      last_creation_op: text(),
    },
    key: ['name'],
    indexes: {
      owner: ['sender'],
      address: ['address'],
      hash: ['name_hash128'],
      namespace: ['namespace_id'],
      preorder: ['preorder_hash'],
    },
  }),
  namespaces: collection({
    columns: {
      namespace_id: text(),
      preorder_hash: text(),
      version: integer(),
      sender: text(),
      sender_pubkey: nullable(text()),
      address: text(),
      recipient: text(),
      recipient_address: text(),
      block_number: integer(),
      reveal_block: integer(),
      /** 0 before the launch. */
      ready_block: integer(),
      op: text(),
      op_fee: numeric(),
      token_fee: numeric(),
      txid: text(),
      vtxindex: integer(),
      lifetime: integer(),
      coeff: integer(),
      base: integer(),
      buckets: list(integer()),
      nonalpha_discount: integer(),
      no_vowel_discount: integer(),
    },
    key: ['namespace_id'],
    indexes: { preorder: ['preorder_hash'] },
  }),
  /** Of names and of namespaces. While a live name carries a hash, rows of it pile up, at most one a block. */
  preorders: collection({
    columns: {
      preorder_hash: text(),
      block_number: integer(),
      op: text(),
      consensus_hash: text(),
      sender: text(),
      sender_pubkey: nullable(text()),
      address: text(),
      burn_address: text(),
      op_fee: numeric(),
      token_fee: numeric(),
      token_units: text(),
      txid: text(),
      vtxindex: integer(),
    },
    key: ['preorder_hash', 'block_number'],
    indexes: { hash: ['preorder_hash'], sender: ['sender'], address: ['address'] },
  }),
  /** Balance is credit − debit; both only grow. */
  accounts: collection({
    columns: {
      address: text(),
      unit: text(),
      credit: numeric(),
      debit: numeric(),
      lock_transfer_block: integer(),
      receive_whitelisted: boolean(),
      metadata: text(),
      block_number: integer(),
      txid: text(),
      vtxindex: integer(),
    },
    key: ['address', 'unit'],
  }),
  vesting: collection({
    columns: { address: text(), unit: text(), height: integer(), amount: numeric() },
    key: ['address', 'unit', 'height'],
    indexes: { due: ['height'] },
  }),
  /** Addresses that may import into a namespace, fixed by its first import ever. */
  import_rings: collection({
    columns: { namespace_id: text(), public_key: text(), addresses: list(text()) },
    key: ['namespace_id'],
  }),
};

/** The tables of the machine. */
export type BnsCollections = typeof collections;
export type BnsState = State<BnsCollections>;
/** A name as it stands. */
export type NameRow = RowOf<BnsCollections['names']>;
/** A namespace as it stands. */
export type NamespaceRow = RowOf<BnsCollections['namespaces']>;
/** A preorder that nobody has used yet. */
export type PreorderRow = RowOf<BnsCollections['preorders']>;
/** An account: what came in and went out, in micro-Stacks. */
export type AccountRow = RowOf<BnsCollections['accounts']>;

/** The fee columns of a name, by how it came to be: the fee of an imported name is hashed as a float (spec §8, 1). */
export function feeColumns(
  lastCreation: string,
  satoshis: bigint | LegacyFloat,
): Pick<NameRow, 'op_fee' | 'imported_op_fee'> {
  if (lastCreation !== ';') return { op_fee: satoshis as bigint, imported_op_fee: null };
  return {
    op_fee: null,
    imported_op_fee: satoshis instanceof LegacyFloat ? satoshis : new LegacyFloat(Number(satoshis)),
  };
}
