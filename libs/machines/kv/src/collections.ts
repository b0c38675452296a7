import { bigint, boolean, collection, integer, list, nullable, type RowOf, text } from '@virtualchain/machine';

export const collections = {
  /**
   * Every name that exists. `owner` and `value` are hex text, as they are hashed. No index: owners are scripts of any
   * length, longer than an index holds.
   */
  names: collection({
    columns: {
      name: text(),
      owner: text(),
      value: nullable(text()),
      revision: integer(),
      locked: boolean(),
      history: list(integer()),
      claim_fee: bigint(),
    },
    key: ['name'],
  }),
};

export type KvCollections = typeof collections;
export type NameRow = RowOf<KvCollections['names']>;
