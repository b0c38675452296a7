import { expect, test } from '@jest/globals';
import { collection, integer, text } from '../state/collection.ts';
import { defineQuery } from './query.ts';
import { readQueryArguments } from './query-arguments.ts';

const parameters = {
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 5, pattern: '^[a-z]+$' },
    kind: { type: 'string', maxLength: 3, enum: ['old', 'new'], default: 'new' },
    limit: { type: 'integer', minimum: 1, maximum: 10, default: 5 },
    isOpen: { type: 'boolean' },
    heights: { type: 'array', items: { type: 'integer', minimum: 0, maximum: 99 }, maxItems: 2 },
  },
  required: ['name'],
} as const;

const collections = { rows: collection({ columns: { name: text(), value: integer() }, key: ['name'] }) };
const about = { about: 'a question', result: { type: 'string' } };

test('what is given is read, and what is left out has its default', () => {
  expect(readQueryArguments(parameters, { name: ['abc'], heights: ['1', '2'], isOpen: ['true'] })).toEqual({
    kind: 'arguments',
    given: { name: 'abc', kind: 'new', limit: 5, isOpen: true, heights: [1, 2] },
  });
});

test.each([
  [{}, 'name', 'given'],
  [{ name: ['Abc'] }, 'name', 'like ^[a-z]+$'],
  [{ name: ['abcdef'] }, 'name', '1 to 5 characters'],
  [{ name: ['a', 'b'] }, 'name', 'given once'],
  [{ name: ['a'], kind: ['odd'] }, 'kind', 'one of old, new'],
  [{ name: ['a'], limit: ['11'] }, 'limit', 'a whole number from 1 to 10'],
  [{ name: ['a'], limit: ['1.5'] }, 'limit', 'a whole number from 1 to 10'],
  [{ name: ['a'], isOpen: ['yes'] }, 'isOpen', 'true or false'],
  [{ name: ['a'], heights: ['1', '2', '3'] }, 'heights', '0 to 2 values'],
  [{ name: ['a'], heights: ['1', 'x'] }, 'heights', 'a whole number from 0 to 99'],
  [{ name: ['a'], colour: ['red'] }, 'colour', 'one of name, kind, limit, isOpen, heights'],
])('%j is refused with the parameter and its rule', (texts, parameter, rule) => {
  expect(readQueryArguments(parameters, texts)).toEqual({ kind: 'problem', parameter, rule });
});

test('the arguments of a query have the types of its parameters, and its parameters free names', () => {
  const query = defineQuery(collections, {
    ...about,
    parameters,
    async ask({ state }, { name, limit, heights }) {
      const found: string | undefined = (await state.rows.get({ name }))?.name;
      return [found, limit + (heights?.[0] ?? 0)];
    },
  });
  expect(query.parameters).toBe(parameters);
  const called = (name: string) => () =>
    defineQuery(collections, {
      ...about,
      parameters: { properties: { [name]: { type: 'boolean' } } },
      ask: async () => 1,
    });
  expect(called('at')).toThrow('"at": not a free name');
  expect(called('of it')).toThrow('not a free name');
});
