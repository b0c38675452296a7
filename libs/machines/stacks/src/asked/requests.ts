import { canonicalRow, defineQuery, rowSchema } from '@virtualchain/machine';
import { collections } from '../collections.ts';
import { ADDRESS_CHARACTERS_MAX } from './limits.ts';
import { afterTxid, byTxid, limit, page, pageOf, rowAfter } from './schemas.ts';

const { pre_stx, stx_operations } = collections;

const address = {
  type: 'string',
  minLength: 1,
  maxLength: ADDRESS_CHARACTERS_MAX,
  description: 'an address of Stacks, or of Bitcoin where it is the reward address',
} as const;
const role = {
  type: 'string',
  maxLength: 14,
  enum: ['sender', 'recipient', 'reward_address'],
  default: 'sender',
  description: 'what the address is: who asks, who receives or is the delegate, or where rewards go',
} as const;
const kind = {
  type: 'string',
  maxLength: 22,
  enum: ['stack_stx', 'transfer_stx', 'delegate_stx', 'vote_for_aggregate_key'],
  description: 'only requests of this kind',
} as const;
const txid = {
  type: 'string',
  maxLength: 64,
  pattern: '^[0-9a-f]{64}$',
  description: 'a transaction id',
} as const;

/** Queries about PreStx and what they were used for. */
export const ofRequests = {
  requests_of_address: defineQuery(collections, {
    about: 'requests to stack, transfer, delegate and vote of an address, oldest first: asked for, not done',
    parameters: { properties: { address, role, kind, limit, after: afterTxid }, required: ['address'] },
    result: pageOf('requests', stx_operations),
    ask({ state }, given) {
      const prefix = { [given.role]: given.address };
      const after = rowAfter(given.after);
      const options = {
        ...(given.kind === undefined ? {} : { equal: { kind: given.kind } }),
        ...(after === null ? {} : { after: { ...prefix, ...after } }),
      };
      return page('requests', stx_operations, {
        ...{ limit: given.limit, cursor: byTxid },
        read: (most) => state.stx_operations.by(given.role, prefix, { limit: most, ...options }),
      });
    },
  }),
  requests_of_kind: defineQuery(collections, {
    about: 'requests of a kind, oldest first: asked for, not done',
    parameters: { properties: { kind, limit, after: afterTxid }, required: ['kind'] },
    result: pageOf('requests', stx_operations),
    ask({ state }, given) {
      const prefix = { kind: given.kind };
      const after = rowAfter(given.after);
      return page('requests', stx_operations, {
        ...{ limit: given.limit, cursor: byTxid },
        read: (most) =>
          state.stx_operations.by('kind', prefix, {
            limit: most,
            ...(after === null ? {} : { after: { ...prefix, ...after } }),
          }),
      });
    },
  }),
  request: defineQuery(collections, {
    about: 'what a transaction asks for',
    parameters: { properties: { txid }, required: ['txid'] },
    result: rowSchema(stx_operations),
    async ask({ state }, given) {
      const row = await state.stx_operations.get(given);
      return row === null ? null : canonicalRow(stx_operations, row);
    },
  }),
  unused_pre_stx: defineQuery(collections, {
    about: 'PreStx that no request was made with, oldest first; what spends them otherwise is not seen',
    parameters: { properties: { limit, after: afterTxid } },
    result: pageOf('pre_stx', pre_stx),
    ask({ state }, given) {
      const prefix = { used: false };
      const after = rowAfter(given.after);
      return page('pre_stx', pre_stx, {
        ...{ limit: given.limit, cursor: byTxid },
        read: (most) =>
          state.pre_stx.by('used', prefix, {
            limit: most,
            ...(after === null ? {} : { after: { ...prefix, ...after } }),
          }),
      });
    },
  }),
};
