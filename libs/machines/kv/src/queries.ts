import { hexToBytes } from '@virtualchain/bitcoin';
import { defineQuery, type Queries } from '@virtualchain/machine';
import { collections, type KvCollections } from './collections.ts';

const name = { type: 'string', minLength: 1, maxLength: 16, pattern: '^[a-z0-9]+$' } as const;

/** What can be asked of the names. */
export const queries: Queries<KvCollections> = {
  value: defineQuery(collections, {
    about: 'what a name holds, as text, and who owns it',
    parameters: { properties: { name }, required: ['name'] },
    result: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        owner: { type: 'string', description: 'script of its owner, as hex' },
        text: {
          anyOf: [{ type: 'string' }, { type: 'null' }],
          description: 'null where it holds nothing, or no UTF-8',
        },
        revision: { type: 'integer' },
        locked: { type: 'boolean' },
      },
      required: ['name', 'owner', 'text', 'revision', 'locked'],
    },
    async ask({ state }, given) {
      const row = await state.names.get({ name: given.name });
      if (row === null) return null;
      const { owner, value, revision, locked } = row;
      return { name: given.name, owner, text: value === null ? null : textOf(hexToBytes(value)), revision, locked };
    },
  }),
  names: defineQuery(collections, {
    about: 'names in their order, a page at a time',
    parameters: {
      properties: {
        after: { ...name, description: 'begin behind this name: "next" of the page before' },
        limit: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
      },
    },
    result: {
      type: 'object',
      properties: {
        names: { type: 'array', items: { type: 'string' } },
        next: { anyOf: [{ type: 'string' }, { type: 'null' }], description: 'null at the end' },
        total: { type: 'integer', description: 'names that exist' },
      },
      required: ['names', 'next', 'total'],
    },
    async ask({ state }, { after, limit }) {
      const from = after === undefined ? {} : { after: { name: after } };
      const rows = await Array.fromAsync(state.names.all({ ...from, limit: limit + 1 }));
      const names = rows.slice(0, limit).map((row) => row.name);
      return { names, next: rows.length > limit ? (names.at(-1) ?? null) : null, total: await state.names.total() };
    },
  }),
};

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
