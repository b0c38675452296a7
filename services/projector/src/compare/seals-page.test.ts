import { expect, test } from '@jest/globals';
import { DatabaseUnavailable } from '@virtualchain/projection';
import { FIRST, RULES, sealAt } from '../../../../test/kit/sealed-blocks.ts';
import { sealsPage } from './seals-page.ts';

const page = sealsPage(async (heights) => ({
  ...{ ...RULES, tip: sealAt(FIRST + 9), seals: heights.map((height) => (height < FIRST ? null : sealAt(height))) },
}));
const ask = (query: string, path = '/seals') => page(path, new URLSearchParams(query));

test('seals of the heights asked for, and the newest', async () => {
  expect(await ask('heights=101,5')).toEqual({
    code: 200,
    body: { ...RULES, tip: sealAt(109), seals: [sealAt(101), null] },
  });
  expect(await ask('')).toMatchObject({ code: 200, body: { seals: [] } });
  expect(await ask('', '/other')).toBeNull();
});

test.each([
  'heights=x',
  'heights=-1',
  'heights=1.5',
  'heights=1;2',
  'heights=9999999999',
  `heights=${'1,'.repeat(1_001)}`,
])('a question of %s is refused, before anything is read', async (query) => {
  expect(await ask(query)).toMatchObject({ code: 400, body: { error: expect.stringContaining('at most 1000') } });
});

test('a database that is away is said with its code, and is no bug', async () => {
  const away = sealsPage(() => Promise.reject(new DatabaseUnavailable(new Error('gone'))));
  const answer = await away('/seals', new URLSearchParams());
  expect(answer).toMatchObject({ code: 503, body: { code: 'DATABASE_UNAVAILABLE' } });
});
