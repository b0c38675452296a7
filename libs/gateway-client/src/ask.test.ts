import { expect, test } from '@jest/globals';
import { json, refusal, ScriptedGateway } from '../../../test/kit/scripted-gateway.ts';
import { questionsOf } from './ask.ts';

interface Known {
  '/v1/chains': { parameters: Record<never, never>; answer: { network: string } };
  '/v1/names/{name}/{index}': { parameters: { name: string; index: string; at?: string }; answer: { row: string } };
}

test('parameters stand in the path, or behind it; types are those of the questions', async () => {
  await using gateway = await ScriptedGateway.start(json({ network: 'regtest' }), json({ row: 'x' }));
  const ask = questionsOf<Known>(`${gateway.url}/below/`);
  const { network } = await ask('/v1/chains');
  const { row } = await ask('/v1/names/{name}/{index}', { name: 'a/b ä', index: '7', at: '120' });
  expect([network, row]).toEqual(['regtest', 'x']);
  expect(gateway.asked).toEqual(['/below/v1/chains', '/below/v1/names/a/b ä/7?at=120']);
  // @ts-expect-error a parameter is missing
  await expect(ask('/v1/names/{name}/{index}', { name: 'a' })).rejects.toThrow('index is not given');
});

test('a refusal has the code of the gateway; what does not answer is told from what answers otherwise', async () => {
  const lines = [
    refusal(404, 'NOT_FOUND'),
    refusal(503, 'DATABASE_UNAVAILABLE'),
    { kind: 'html', status: 200 } as const,
  ];
  const gateway = await ScriptedGateway.start(...lines);
  const ask = questionsOf<Known>(gateway.url);
  await expect(ask('/v1/chains')).rejects.toMatchObject({
    code: 'NOT_FOUND',
    remedy: 'halt',
    problem: { status: 404 },
  });
  await expect(ask('/v1/chains')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE', remedy: 'retry' });
  await expect(ask('/v1/chains')).rejects.toMatchObject({ code: 'NOT_A_GATEWAY' });
  await gateway[Symbol.asyncDispose]();
  await expect(ask('/v1/chains')).rejects.toMatchObject({ code: 'GATEWAY_UNAVAILABLE', remedy: 'retry' });
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(ask('/v1/chains', {}, { signal })).rejects.toThrow('enough');
  expect(() => questionsOf('no address')).toThrow();
});
