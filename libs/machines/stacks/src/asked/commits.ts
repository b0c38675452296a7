import { canonicalRow, defineQuery, rowSchema } from '@virtualchain/machine';
import { collections } from '../collections.ts';
import { COMMITS_ADDED_MAX } from './limits.ts';
import {
  afterPlace,
  afterTxid,
  amount,
  bitcoinAddress,
  byPlace,
  byTxid,
  height,
  limit,
  listOf,
  number,
  object,
  orNull,
  page,
  pageOf,
  placeOf,
  rowAfter,
  vtxindex,
} from './schemas.ts';

const { commits, keys, missed, burn_blocks, sortitions } = collections;
const commitPage = pageOf('commits', commits);

/** Queries about keys and commits. */
export const ofCommits = {
  commits_of_block: defineQuery(collections, {
    about: 'the well-formed commits of a block, in their order',
    parameters: { properties: { height, limit, after: afterPlace }, required: ['height'] },
    result: commitPage,
    ask: ({ state }, given) =>
      page('commits', commits, {
        ...{ limit: given.limit, cursor: byPlace },
        read: (most) =>
          state.commits.by('block', { height: given.height }, { limit: most, ...behind(placeOf(given.after)) }),
      }),
  }),
  commits_of_key: defineQuery(collections, {
    about: 'the well-formed commits that used a key, oldest first',
    parameters: { properties: { height, vtxindex, limit, after: afterPlace }, required: ['height', 'vtxindex'] },
    result: commitPage,
    ask({ state }, given) {
      const prefix = { key_height: given.height, key_vtxindex: given.vtxindex };
      return page('commits', commits, {
        ...{ limit: given.limit, cursor: byPlace },
        read: (most) => state.commits.by('key', prefix, { limit: most, ...behind(placeOf(given.after), prefix) }),
      });
    },
  }),
  commits_of_miner: defineQuery(collections, {
    about: 'the well-formed commits whose change goes to an address, oldest first',
    parameters: { properties: { miner: bitcoinAddress, limit, after: afterPlace }, required: ['miner'] },
    result: commitPage,
    ask({ state }, given) {
      const prefix = { miner: given.miner };
      return page('commits', commits, {
        ...{ limit: given.limit, cursor: byPlace },
        read: (most) => state.commits.by('miner', prefix, { limit: most, ...behind(placeOf(given.after), prefix) }),
      });
    },
  }),
  burns_of_miner: defineQuery(collections, {
    about: 'what the commits of an address burnt, block by block from a height on, and together',
    parameters: {
      properties: { miner: bitcoinAddress, from: { ...height, default: 0 }, to: height },
      required: ['miner'],
    },
    result: object({
      blocks: listOf(object({ height: number, commits: number, burn: amount })),
      commits: number,
      burn: amount,
      next: { ...orNull(number), description: 'ask again from this height; null when all of them are added up' },
    }),
    async ask({ state }, { miner, from, to }) {
      const after = from === 0 ? {} : { after: { miner, height: from - 1, vtxindex: Number.MAX_SAFE_INTEGER } };
      const rows = state.commits.by('miner', { miner }, { ...after, limit: COMMITS_ADDED_MAX + 1 });
      const found = (await Array.fromAsync(rows)).filter((row) => to === undefined || row.height <= to);
      // The last block may go on behind the limit: it is told of as a whole by the next answer.
      const next = found.length > COMMITS_ADDED_MAX ? (found.at(-1)?.height ?? null) : null;
      return { ...addedUp(found.filter((row) => row.height !== next)), next };
    },
  }),
  missed_commits: defineQuery(collections, {
    about: 'commits that came one block late, of a block or of an address',
    parameters: { properties: { height, miner: bitcoinAddress, limit, after: afterTxid } },
    result: pageOf('missed', missed),
    ask({ state }, given) {
      const behindRow = rowAfter(given.after);
      return page('missed', missed, {
        ...{ limit: given.limit, cursor: byTxid },
        read(most) {
          if (given.miner !== undefined) {
            const prefix = { miner: given.miner };
            const equal = given.height === undefined ? {} : { equal: { height: given.height } };
            return state.missed.by('miner', prefix, { limit: most, ...equal, ...behind(behindRow, prefix) });
          }
          const prefix = given.height === undefined ? {} : { height: given.height };
          return state.missed.by('block', prefix, { limit: most, ...behind(behindRow) });
        },
      });
    },
  }),
  key: defineQuery(collections, {
    about: 'the key that was registered at a place, and how often it was used',
    parameters: { properties: { height, vtxindex }, required: ['height', 'vtxindex'] },
    result: rowSchema(keys),
    async ask({ state }, given) {
      const row = await state.keys.get(given);
      return row === null ? null : canonicalRow(keys, row);
    },
  }),
  burn_block: defineQuery(collections, {
    about: 'what was accepted in a block, and its ops hash by the formula of Stacks',
    parameters: { properties: { height }, required: ['height'] },
    result: rowSchema(burn_blocks),
    async ask({ state }, given) {
      const row = await state.burn_blocks.get(given);
      return row === null ? null : canonicalRow(burn_blocks, row);
    },
  }),
  sortition: defineQuery(collections, {
    about:
      'the sortition of a block and its consensus hash, under the assumptions that the machine was given; none without',
    parameters: { properties: { height }, required: ['height'] },
    result: rowSchema(sortitions),
    async ask({ state }, given) {
      const row = await state.sortitions.get(given);
      return row === null ? null : canonicalRow(sortitions, row);
    },
  }),
  sortition_of_consensus_hash: defineQuery(collections, {
    about: 'the sortition that a consensus hash of Stacks belongs to, under the same assumptions',
    parameters: {
      properties: {
        consensus_hash: { type: 'string', maxLength: 40, pattern: '^[0-9a-f]{40}$', description: '20 bytes as hex' },
      },
      required: ['consensus_hash'],
    },
    result: rowSchema(sortitions),
    async ask({ state }, given) {
      for await (const row of state.sortitions.by('consensus_hash', given, { limit: 1 }))
        return canonicalRow(sortitions, row);
      return null;
    },
  }),
};

/** Where a page begins, in all columns that its rows are ordered by. */
function behind<After extends object>(after: After | null, prefix: object = {}): { readonly after?: After } {
  return after === null ? {} : { after: { ...prefix, ...after } };
}

interface Burnt {
  readonly height: number;
  readonly burn: bigint;
}

function addedUp(rows: readonly Burnt[]) {
  const blocks = new Map<number, { commits: number; burn: bigint }>();
  for (const row of rows) {
    const { commits: count, burn } = blocks.get(row.height) ?? { commits: 0, burn: 0n };
    blocks.set(row.height, { commits: count + 1, burn: burn + row.burn });
  }
  return {
    blocks: [...blocks].map(([of, sum]) => ({ height: of, commits: sum.commits, burn: String(sum.burn) })),
    commits: rows.length,
    burn: String(rows.reduce((sum, { burn }) => sum + burn, 0n)),
  };
}
