import { expect, test } from '@jest/globals';
import { kvChain } from '@virtualchain/machine-kv';
import { createMemoryElection, createMemoryLog } from '@virtualchain/operation-log';
import { createLogger, createMetrics } from '@virtualchain/process';
import { Subject } from 'rxjs';
import { madeNode } from '../../../test/kit/made-node.ts';
import { quickClock } from '../../../test/kit/quick-clock.ts';
import { createBlockCache } from './block/block-cache.ts';
import { ingestChains } from './ingest-chains.ts';

const FIRST = 101;

test('a chain that halts says why in status, and the other goes on', async () => {
  const made = madeNode(FIRST);
  made.moveTo('0a');
  const log = createMemoryLog();
  const kv = kvChain({ firstBlock: FIRST });
  const other = { ...kv, name: 'other', checkpoint: { height: kv.firstBlock, hash: made.blockNamed('0b').hash } };
  const wakeUps = new Subject<void>();
  const ports = {
    node: made.node,
    blocks: createBlockCache(made.node),
    log,
    election: createMemoryElection(),
    wakeUps,
    clock: quickClock,
  };
  const logger = createLogger({ name: 'test', version: '0', level: 'silent' });
  const setup = { chains: [kv, other], network: 'regtest', topicPrefix: 'vchain', logger, metrics: createMetrics() };
  const work = ingestChains(setup, ports);
  const stop = new AbortController();
  const run = work.run(stop.signal);
  const chains = () => (work.status() as { chains: { chain: string; state: string; code: string | null }[] }).chains;
  for (let tries = 0; tries < 500 && chains()[0]?.state !== 'leader'; tries += 1) {
    await new Promise((done) => setTimeout(done, 2));
  }
  made.moveTo('0aa');
  wakeUps.next();
  for (let tries = 0; tries < 500 && (await log.tail('vchain.regtest.kv'))?.block?.height !== FIRST + 2; tries += 1) {
    await new Promise((done) => setTimeout(done, 2));
  }
  expect(chains()).toMatchObject([
    { chain: 'kv', state: 'leader', code: null, logHeight: FIRST + 2, anchor: 'trusted' },
    { chain: 'other', state: 'halted', code: 'CHECKPOINT_MISMATCH', logHeight: null, anchor: 'checkpoint' },
  ]);
  expect(work.health()).toEqual({ ok: true });
  expect(work.ready()).toMatchObject({ ok: false });
  expect(await log.identity('vchain.regtest.other')).toBeNull();
  stop.abort();
  await run;
});

test('two chains of one name are refused', () => {
  const made = madeNode(FIRST);
  const kv = kvChain({ firstBlock: FIRST });
  const logger = createLogger({ name: 'test', version: '0', level: 'silent' });
  const setup = { chains: [kv, kv], network: 'regtest', topicPrefix: 'vchain', logger, metrics: createMetrics() };
  expect(() => ingestChains(setup, { node: made.node } as never)).toThrow('they would share a topic');
});
