import { expect, jest, test } from '@jest/globals';
import { createLogger, createMetrics } from '@virtualchain/process';
import { DatabaseUnavailable, type Rules, type Seals } from '@virtualchain/projection';
import { quickClock } from '../../../../test/kit/quick-clock.ts';
import { answering, heightsAsked, type PeerAct, ScriptedPeer } from '../../../../test/kit/scripted-peer.ts';
import { FIRST, RULES, sealed } from '../../../../test/kit/sealed-blocks.ts';
import { projectorStatus } from '../status/status.ts';
import { comparePeers } from './compare.ts';
import type { PeerStanding } from './watch-peer.ts';

type Blocks = Seals['seals'];

const sealsAt = (blocks: Blocks, heights: readonly number[], rules: Rules = RULES): Seals => ({
  ...{ ...rules, tip: blocks.at(-1) ?? null },
  seals: heights.map((height) => blocks[height - FIRST] ?? null),
});

/** A peer that runs well and has these blocks. */
const having = (blocks: Blocks, rules: Rules = RULES): PeerAct =>
  answering((request) => sealsAt(blocks, heightsAsked(request), rules));

/** Watches one peer from blocks of our own until it is left. */
function watching(url: string, ours: { blocks: Blocks; isAway?: boolean }) {
  const over = new AbortController();
  const lines: Record<string, unknown>[] = [];
  const metrics = createMetrics();
  const logger = createLogger({
    ...{ name: 'projector', version: '0', level: 'info' },
    to: { write: (line: string) => lines.push(JSON.parse(line)) },
  });
  const status = projectorStatus({
    ...{ logger, metrics, progressMs: 1_000, now: () => 0, topic: 'vchain.regtest.kv', logEnd: () => null },
    identity: { service: 'projector', network: 'regtest', chain: 'kv', machine: 'kv', version: 3 },
    findDifference: 'vchain diverge postgres://OURS postgres://THEIRS --machine kv',
  });
  const told: PeerStanding[] = [];
  const waiting = new Set<() => void>();
  const watched = comparePeers([url], {
    ours: async (heights) => {
      if (ours.isAway) throw new DatabaseUnavailable(new Error('away'));
      return sealsAt(ours.blocks, heights);
    },
    ...{ rules: RULES, firstBlock: FIRST, everyMs: 1, signal: over.signal, clock: quickClock },
    events: {
      peer(standing) {
        status.peer(standing);
        told.push(standing);
        for (const wake of waiting) wake();
      },
    },
  });
  return {
    lines,
    status,
    metric: async (name: string) =>
      (await metrics.expose()).body.split('\n').find((line) => line.startsWith(`vchain_${name}{`)),
    /** Waits for a standing that is told from now on. */
    async next(holds: (standing: PeerStanding) => boolean): Promise<PeerStanding> {
      const from = told.length;
      for (;;) {
        const found = told.slice(from).find(holds);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => waiting.add(resolve));
      }
    },
    async [Symbol.asyncDispose]() {
      over.abort();
      await watched;
    },
  };
}

const isIn = (state: PeerStanding['state']) => (standing: PeerStanding) => standing.state === state;

test('peers that agree are told of by height, and nothing is red', async () => {
  await using peer = await ScriptedPeer.start(having(sealed(40)));
  await using watch = watching(peer.url, { blocks: sealed(50) });
  expect(await watch.next(isIn('agrees'))).toMatchObject({ height: FIRST + 39, difference: null, problem: null });
  expect(watch.status.health().ok).toBe(true);
  expect(await watch.metric('projector_peer_disagrees')).toMatch(/peer="127\.0\.0\.1:\d+".* 0$/);
  expect(await watch.metric('projector_peer_height')).toMatch(/ 139$/);
  expect(await watch.metric('projector_peer_compared')).toMatch(/ 1$/);
  expect(watch.lines).toEqual([]);
});

test('the first difference is said once, with height, block, both hashes, and the command that goes on from there', async () => {
  const ours = { blocks: sealed(50) };
  const theirs = { from: FIRST + 17, what: 'changes hash' } as const;
  await using peer = await ScriptedPeer.start(having(sealed(50, theirs)));
  await using watch = watching(peer.url, ours);
  const { difference } = await watch.next(isIn('disagrees'));
  const [mine, other] = [sealed(50), sealed(50, theirs)].map((blocks) => blocks[17]);
  const place = { height: FIRST + 17, blockHash: mine?.hash, what: 'changes hash' };
  expect(difference).toEqual({ ...place, ours: mine?.changesHash, theirs: other?.changesHash });
  expect(watch.status.health()).toMatchObject({ ok: false, detail: { peers: [{ difference }] } });
  expect(watch.status.ready().ok).toBe(false); // it has not begun: what a peer says does not change that
  expect(await watch.metric('projector_peer_disagrees')).toMatch(/ 1$/);
  ours.blocks = sealed(60);
  await watch.next(isIn('disagrees'));
  const errors = watch.lines.filter(({ level }) => level === 'error');
  expect(errors).toEqual([expect.objectContaining({ code: 'PEER_DISAGREES', ...difference, peer: peer.url.slice(7) })]);
  expect(errors[0]?.['reason']).toMatch(
    /^127\.0\.0\.1:\d+ does not agree from height 117 .*changes hash.*vchain diverge postgres:\/\/OURS postgres:\/\/THEIRS --machine kv$/,
  );
});

test('the alarm stands while the peer is away or behind, and ends when both agree at its height again', async () => {
  const ours = { blocks: sealed(50) };
  const bad = having(sealed(50, { from: FIRST + 17, what: 'consensus hash' }));
  await using peer = await ScriptedPeer.start(bad);
  await using watch = watching(peer.url, ours);
  await watch.next(isIn('disagrees'));
  peer.act = answering(() => ({}), 503);
  expect(await watch.next(isIn('unreachable'))).toMatchObject({ difference: { height: FIRST + 17 } });
  expect(watch.status.health().ok).toBe(false);
  peer.act = having(sealed(17)); // a rebuild from the first block
  expect(await watch.next(isIn('agrees'))).toMatchObject({ height: FIRST + 16, difference: { height: FIRST + 17 } });
  peer.act = having(sealed(50, { forkAt: FIRST + 5 })); // a reorganisation took the block away
  ours.blocks = sealed(52, { forkAt: FIRST + 5 });
  expect(await watch.next(({ height }) => height === FIRST + 49)).toMatchObject({ difference: null });
  expect(watch.status.health().ok).toBe(true);
  expect(watch.lines.map(({ level, msg }) => `${level} ${msg}`)).toEqual([
    'error a peer disagrees',
    'warn the peer is not compared',
    'info the peer is compared again',
    'info the peer agrees now',
  ]);
});

test('a reorganisation that one of the two has not seen is no alarm', async () => {
  const ours = { blocks: sealed(50) };
  await using peer = await ScriptedPeer.start(having(sealed(52, { forkAt: FIRST + 45 })));
  await using watch = watching(peer.url, ours);
  expect(await watch.next(isIn('agrees'))).toMatchObject({ difference: null });
  ours.blocks = sealed(52, { forkAt: FIRST + 45 });
  await watch.next(({ height }) => height === FIRST + 51);
  expect(watch.lines).toEqual([]);
});

test.each([
  ['another version', { version: 4 }, 'version: theirs 4, ours 3'],
  ['another machine', { machine: 'activity' }, 'machine: theirs activity, ours kv'],
  ['another chain', { chain: 'bns' }, 'chain: theirs bns, ours kv'],
  ['another network', { network: 'mainnet' }, 'network: theirs mainnet, ours regtest'],
  ['other parameters', { parametersHash: 'bb'.repeat(32) }, 'parameters (by hash): theirs bbbb'],
])('a peer of %s is not compared, and that is said once', async (_what, other, said) => {
  await using peer = await ScriptedPeer.start(having(sealed(50, { from: FIRST }), { ...RULES, ...other }));
  await using watch = watching(peer.url, { blocks: sealed(50) });
  for (let times = 0; times < 3; times++) await watch.next(isIn('incomparable'));
  expect(watch.lines).toEqual([expect.objectContaining({ level: 'warn', code: 'PEER_INCOMPARABLE' })]);
  expect(watch.lines[0]?.['reason']).toContain(said);
  expect(watch.status.health().ok).toBe(true);
  peer.act = having(sealed(50));
  await watch.next(isIn('agrees'));
  expect(watch.lines).toHaveLength(2);
});

const text = (body: string, headers: Record<string, string> = {}, status = 200): PeerAct => {
  return (_request, response) => void response.writeHead(status, headers).end(body);
};
const good = sealsAt(sealed(5), []);

test.each<[string, string, PeerAct, string]>([
  ['HTML', 'NOT_A_PEER', text('<html>', { 'content-type': 'text/html' }), 'does not answer with the seals'],
  ['nothing at all', 'NOT_A_PEER', text(''), 'does not answer with the seals'],
  ['a list', 'NOT_A_PEER', text('[[[[1]]]]'), 'does not answer with the seals'],
  ['another page', 'NOT_A_PEER', text('', {}, 404), 'answers 404'],
  ['a redirect', 'NOT_A_PEER', text('', { location: 'http://127.0.0.1:1/' }, 302), 'answers 302'],
  ['a wrong tip', 'NOT_A_PEER', answering(() => ({ ...good, tip: { ...good.tip, hash: 'x' } })), 'does not answer'],
  ['seals of other heights', 'NOT_A_PEER', answering(() => ({ ...good, seals: [good.tip] })), 'does not answer'],
  ['a name with a line break', 'NOT_A_PEER', answering(() => ({ ...good, chain: 'kv\nx' })), 'does not answer'],
  ['a failure', 'PEER_UNAVAILABLE', text('no', {}, 503), 'answers 503'],
  ['a closed line', 'PEER_UNAVAILABLE', (request) => request.socket.destroy(), '127.0.0.1:'],
])('a peer that answers with %s hurts nothing, and is told of with %s', async (_what, code, act, reason) => {
  await using peer = await ScriptedPeer.start(act);
  await using watch = watching(peer.url, { blocks: sealed(50) });
  expect(await watch.next(isIn('unreachable'))).toMatchObject({ difference: null, problem: { code } });
  await watch.next(isIn('unreachable'));
  expect(watch.lines).toEqual([
    expect.objectContaining({ level: 'warn', code, reason: expect.stringContaining(reason) }),
  ]);
  expect(watch.status.health().ok).toBe(true);
  expect(await watch.metric('projector_peer_compared')).toMatch(/ 0$/);
});

test('a body without an end is read up to a bound', async () => {
  await using peer = await ScriptedPeer.start((_request, response) => {
    const piece = Buffer.alloc(16 * 1024, ' ');
    const more = (): void => {
      while (!response.destroyed && response.write(piece));
    };
    response.writeHead(200).on('drain', more);
    more();
  });
  await using watch = watching(peer.url, { blocks: sealed(50) });
  expect(await watch.next(isIn('unreachable'))).toMatchObject({ problem: { code: 'NOT_A_PEER' } });
  expect(watch.lines[0]?.['reason']).toContain('answers more than 65536 bytes');
});

test('a peer that is silent, or never comes to an end, is left when its time is over', async () => {
  const limit = jest.spyOn(AbortSignal, 'timeout');
  const over = new AbortController();
  limit.mockReturnValue(over.signal);
  await using peer = await ScriptedPeer.start((_request, response) => {
    response.writeHead(200).write('{');
    over.abort(new Error('10 s are over'));
  });
  await using watch = watching(peer.url, { blocks: sealed(50) });
  const { problem } = await watch.next(isIn('unreachable'));
  limit.mockRestore();
  expect(problem).toMatchObject({ code: 'PEER_UNAVAILABLE', message: expect.stringContaining('10 s are over') });
});

test('a projector that stops does not wait for a peer that says nothing', async () => {
  await using peer = await ScriptedPeer.start(() => undefined);
  const watch = watching(peer.url, { blocks: sealed(50) });
  while (peer.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await watch[Symbol.asyncDispose]();
  expect(watch.lines).toEqual([]);
});

test('a peer that nobody runs is told of with why, at each address of its host', async () => {
  const peer = await ScriptedPeer.start(having(sealed(50)));
  await peer[Symbol.asyncDispose]();
  for (const url of [peer.url, peer.url.replace('127.0.0.1', 'localhost')]) {
    await using watch = watching(url, { blocks: sealed(50) });
    const { problem } = await watch.next(isIn('unreachable'));
    expect(problem).toMatchObject({ code: 'PEER_UNAVAILABLE', message: expect.stringContaining('ECONNREFUSED') });
  }
});

test('our own database that is away is not taken for the peer', async () => {
  const ours = { blocks: sealed(50), isAway: true };
  await using peer = await ScriptedPeer.start(having(sealed(50)));
  await using watch = watching(peer.url, ours);
  expect(await watch.next(isIn('waiting'))).toMatchObject({ problem: { code: 'DATABASE_UNAVAILABLE' } });
  ours.isAway = false;
  await watch.next(isIn('agrees'));
});

test('a login goes with the question and is shown nowhere; a path leads to a machine at a gateway', async () => {
  await using peer = await ScriptedPeer.start(having(sealed(50, { from: FIRST + 3 })));
  const url = `${peer.url.replace('//', '//me:hunter2%21@')}/v1/chains/kv/machines/kv/`;
  await using watch = watching(url, { blocks: sealed(50) });
  await watch.next(isIn('disagrees'));
  expect(peer.asked[0]).toEqual({
    path: '/v1/chains/kv/machines/kv/seals',
    authorization: `Basic ${Buffer.from('me:hunter2!').toString('base64')}`,
  });
  const shown = JSON.stringify([watch.lines, watch.status.status()]);
  expect(shown).toContain('/v1/chains/kv/machines/kv');
  expect(shown).not.toContain('hunter2');
});
