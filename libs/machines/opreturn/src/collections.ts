import { bytes, collection, integer, type RowOf, text } from '@virtualchain/machine';

export const collections = {
  /** One row a prefix: the first bytes of payloads, or all of one that is shorter. */
  prefixes: collection({
    columns: {
      prefix: bytes(),
      payloads: integer(),
      /** Of all of them together. */
      bytes: integer(),
      first_height: integer(),
      last_height: integer(),
      last_txid: text(),
      /** The count below zero: the index on it has the most frequent first. */
      rank: integer(),
    },
    key: ['prefix'],
    indexes: { rank: ['rank'] },
  }),
  /** One row a payload. The payload itself is in the operation of its transaction. */
  payloads: collection({
    columns: {
      height: integer(),
      transaction_index: integer(),
      txid: text(),
      length: integer(),
      /** Its first 16 bytes. */
      start: bytes(),
      sha256: bytes(),
    },
    key: ['height', 'transaction_index'],
    indexes: { txid: ['txid'], start: ['start'], sha256: ['sha256'] },
  }),
  /** One row a block that has payloads. */
  heights: collection({
    columns: { height: integer(), payloads: integer(), bytes: integer() },
    key: ['height'],
  }),
};

export type Collections = typeof collections;
export type PayloadRow = RowOf<Collections['payloads']>;
