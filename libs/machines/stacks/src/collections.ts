import {
  bigint,
  boolean,
  bytes,
  collection,
  integer,
  list,
  nullable,
  numeric,
  type RowOf,
  text,
} from '@virtualchain/machine';

/** Decimal digits of unsigned 128 and 64 bits. */
const U128 = 39;
const U64 = 20;

export const collections = {
  /** Keys that miners registered, by the place of their transaction. */
  keys: collection({
    columns: {
      height: integer(),
      vtxindex: integer(),
      txid: text(),
      vrf_public_key: bytes(),
      /** From epoch 3.0 the first 20 bytes of the memo: the hash of the key that signs the miner's blocks. */
      signing_key_hash: nullable(bytes()),
      /** A consensus hash that the miner put there. Nobody checks it. */
      consensus_hash: bytes(),
      memo: bytes(),
      /** `new`, or `unknown` where it may have been registered before the log begins. */
      registered: text(),
      /** Commits that used it, and the height of the last one. */
      commits: integer(),
      last_commit: nullable(integer()),
    },
    key: ['height', 'vtxindex'],
    indexes: { vrf_key: ['vrf_public_key'], block: ['height'] },
  }),
  /**
   * Block commits that pass every check of Bitcoin alone: well-formed, and no more. Whether they paid the right reward addresses, and
   * what Stacks made of their blocks, is not known here.
   */
  commits: collection({
    columns: {
      height: integer(),
      vtxindex: integer(),
      txid: text(),
      verdict: text(),
      block_hash: bytes(),
      new_seed: bytes(),
      parent_height: integer(),
      parent_vtxindex: integer(),
      /** `found`, `genesis`, `shadow` (from 3.0, no commit stands there), or `unknown` (before the log begins). */
      parent_link: text(),
      key_height: integer(),
      key_vtxindex: integer(),
      /** `found` or `unknown`. */
      key_link: text(),
      memo: integer(),
      /** Addresses of Bitcoin that it paid or burnt to: one or two. */
      outputs: list(text()),
      /** Satoshis that count, and those of the output with the payload. */
      burn: bigint(),
      sunset_burn: bigint(),
      /** Where its change goes, the nearest thing to a name of the miner; null where there is none. Not authenticated. */
      miner: nullable(text()),
      spent_txid: text(),
      spent_index: bigint(),
      on_time: boolean(),
    },
    key: ['height', 'vtxindex'],
    indexes: {
      block: ['height'],
      key: ['key_height', 'key_vtxindex', 'height'],
      miner: ['miner', 'height'],
      txid: ['txid'],
    },
  }),
  /** Commits that came one block late, from epoch 2.1 on: no operations, but what spends them goes on from them. */
  missed: collection({
    columns: {
      txid: text(),
      height: integer(),
      vtxindex: integer(),
      intended_height: integer(),
      burn: bigint(),
      miner: nullable(text()),
      spent_txid: text(),
      spent_index: bigint(),
    },
    key: ['txid'],
    indexes: { intended: ['intended_height'], block: ['height'], miner: ['miner', 'height'] },
  }),
  /** Who will ask for something, by the transaction whose output 1 only they can spend. */
  pre_stx: collection({
    columns: {
      txid: text(),
      height: integer(),
      vtxindex: integer(),
      /** An address of Stacks. */
      sender: text(),
      used: boolean(),
      /** The request that spends it, and its height. What spends it otherwise is not seen here. */
      used_by: nullable(text()),
      used_height: nullable(integer()),
    },
    key: ['txid'],
    indexes: { used: ['used', 'height'], sender: ['sender', 'height'], block: ['height'] },
  }),
  /** Requests to stack, transfer, delegate and vote. Whether Stacks did what they ask for is not known here. */
  stx_operations: collection({
    columns: {
      txid: text(),
      height: integer(),
      vtxindex: integer(),
      kind: text(),
      verdict: text(),
      pre_stx: text(),
      /** `found`, or `unknown` where the PreStx may stand before the log begins; then there is no sender. */
      pre_stx_link: text(),
      sender: nullable(text()),
      /** Micro-STX. */
      amount: nullable(numeric(U128)),
      /** Receiver of a transfer, delegate of a delegation: addresses of Stacks. */
      recipient: nullable(text()),
      /** An address of Bitcoin. */
      reward_address: nullable(text()),
      reward_index: nullable(bigint()),
      cycles: nullable(integer()),
      signer_key: nullable(bytes()),
      max_amount: nullable(numeric(U128)),
      auth_id: nullable(bigint()),
      until_height: nullable(numeric(U64)),
      memo: nullable(bytes()),
      signer_index: nullable(integer()),
      aggregate_key: nullable(bytes()),
      round: nullable(bigint()),
      reward_cycle: nullable(numeric(U64)),
    },
    key: ['txid'],
    indexes: {
      block: ['height'],
      kind: ['kind', 'height'],
      sender: ['sender', 'height'],
      recipient: ['recipient', 'height'],
      reward_address: ['reward_address', 'height'],
    },
  }),
  /** One row a block: what was accepted in it. */
  burn_blocks: collection({
    columns: {
      height: integer(),
      keys: integer(),
      commits: integer(),
      missed: integer(),
      pre_stx: integer(),
      stx_operations: integer(),
      /** Satoshis of its commits. */
      burn: bigint(),
      /** By Stacks' formula, over what this machine accepted: Stacks' own where no commit paid wrong addresses. */
      ops_hash: bytes(),
    },
    key: ['height'],
  }),
  /** One row a block where the machine was asked to assume what it takes: see the parameter `sortition`. Empty else. */
  sortitions: collection({
    columns: {
      height: integer(),
      block_hash: text(),
      /** By Stacks' formula, under the two assumptions. */
      consensus_hash: text(),
      sortition_hash: text(),
      total_burn: bigint(),
      /** The commit that is selected under the assumptions; null with the reason beside it. */
      selected_txid: nullable(text()),
      selected_vtxindex: nullable(integer()),
      reason: nullable(text()),
      /** The new seed of the last commit that was selected. */
      seed: text(),
    },
    key: ['height'],
    indexes: { consensus_hash: ['consensus_hash'] },
  }),
};

/** The collections of the machine, by name. */
export type StacksCollections = typeof collections;
export type CommitRow = RowOf<StacksCollections['commits']>;
export type MissedRow = RowOf<StacksCollections['missed']>;
export type StxOperationRow = RowOf<StacksCollections['stx_operations']>;
export type SortitionRow = RowOf<StacksCollections['sortitions']>;
