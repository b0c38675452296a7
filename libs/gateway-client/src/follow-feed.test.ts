import { expect, test } from '@jest/globals';
import {
  entries,
  json,
  type Line,
  refusal,
  ScriptedGateway,
  socket,
  sse,
  stream,
} from '../../../test/kit/scripted-gateway.ts';
import { applyChanges, type CollectedState } from './apply-changes.ts';
import type { FeedEntry } from './entries.ts';
import { type FeedOptions, followFeed } from './follow-feed.ts';

const FEED = '/v1/chains/kv/machines/kv/feed';
const hash = (block: string) => block.padStart(64, '0').replace(/[^0-9a-f]/g, 'f');

/** `owner` names a row; null takes it away. */
const change = (name: string, before: string | null, after: string | null) => {
  const row = (owner: string | null) => (owner === null ? null : { name, owner });
  return { collection: 'names', key: [name], before: row(before), after: row(after) };
};

type Changes = ReturnType<typeof change>[];

/** The three entries of a block, at places from `at` on; a block is named by its ancestry: `a`, `ab`, `abc`. */
function block(feed: string, at: number, name: string, changes: Changes = []) {
  const place = { height: name.length, blockHash: hash(name) };
  return [
    {
      kind: 'block.opened',
      cursor: `${feed}:${at}`,
      ...place,
      previousHash: hash(name.slice(0, -1)),
      time: 1,
      changes: [],
    },
    {
      ...{ kind: 'operation.accepted', cursor: `${feed}:${at + 1}`, ...place, code: null, detail: null, changes },
      operation: { txid: hash(`${name}1`) },
    },
    { kind: 'block.sealed', cursor: `${feed}:${at + 2}`, ...place, changesHash: hash(`${name}2`), changes: [] },
  ];
}

const retracted = (feed: string, at: number, name: string, changes: Changes = []) => {
  return { kind: 'block.retracted', cursor: `${feed}:${at}`, height: name.length, blockHash: hash(name), changes };
};

interface Followed {
  readonly seen: readonly FeedEntry[];
  readonly asked: readonly string[];
  readonly retried: readonly unknown[];
  readonly state: CollectedState;
  readonly error: unknown;
}

/** Follows a script until so many entries came, or it fails. */
async function followed(lines: readonly Line[], count: number, options: Partial<FeedOptions> = {}): Promise<Followed> {
  await using gateway = await ScriptedGateway.start(...lines);
  const [seen, retried]: [FeedEntry[], unknown[]] = [[], []];
  const state: CollectedState = new Map();
  const given = { gateway: gateway.url, chain: 'kv', machine: 'kv', from: 'start', ...options };
  let error: unknown = null;
  try {
    for await (const entry of followFeed({ ...given, onRetry: (reason) => retried.push(reason) })) {
      seen.push(entry);
      applyChanges(state, entry);
      if (seen.length >= count) break;
    }
  } catch (reason) {
    error = reason;
  }
  return { seen, state, retried, error, asked: gateway.asked.map((each) => each.replace(FEED, '')) };
}

const cursors = ({ seen }: Followed) => seen.map(({ cursor }) => cursor);
const codes = ({ retried }: Followed) => retried.map((error) => (error as { readonly code?: string }).code);
const ALICE = [change('alice', null, 'one')];
const MOVED = [change('alice', 'one', 'two')];

test('a connection that is cut in the middle of an event loses nothing and doubles nothing', async () => {
  const [opened, operation, sealed] = block('f', 1, 'a', ALICE) as [never, never, never];
  const whole = entries(operation, sealed);
  const result = await followed(
    [
      stream('cut', 'retry: 1000\n\n', entries(opened), whole.slice(0, 40)),
      stream('cut', whole.slice(0, 70), whole.slice(70, -1)),
      stream('stays open', entries(sealed, ...block('f', 4, 'ab'))),
    ],
    6,
  );
  expect(cursors(result)).toEqual(['f:1', 'f:2', 'f:3', 'f:4', 'f:5', 'f:6']);
  expect(result.asked).toEqual(['/events?from=start', '/events?after=f:1', '/events?after=f:2']);
  expect(codes(result)).toEqual(['GATEWAY_UNAVAILABLE', 'GATEWAY_UNAVAILABLE']);
  expect(result.state.get('names')?.get('["alice"]')).toEqual({ name: 'alice', owner: 'one' });
});

test('entries that come again are taken once, within a connection and over two', async () => {
  const [a, ab] = [block('f', 1, 'a'), block('f', 4, 'ab')];
  const result = await followed(
    [stream('ends', entries(...a, ...a)), stream('stays open', entries(...a, ...ab, ...a))],
    6,
  );
  expect(cursors(result)).toEqual(['f:1', 'f:2', 'f:3', 'f:4', 'f:5', 'f:6']);
});

test.each([
  ['a block that does not build on the one before it', block('f', 4, 'abx')],
  ['an operation of a block that did not come', block('f', 6, 'abc').slice(1)],
  ['a retraction of a block that is not the newest', [retracted('f', 7, 'a')]],
])('%s is asked for again behind the last that fitted', async (_what, wrong) => {
  const [a, ab] = [block('f', 1, 'a'), block('f', 4, 'ab')];
  const result = await followed(
    [
      stream('stays open', entries(...a, ...(wrong[0]?.blockHash === hash('abx') ? a : ab), ...wrong)),
      stream('stays open', entries(...ab, ...block('f', 7, 'abc'))),
    ],
    9,
  );
  expect(codes(result)).toEqual(['STREAM_OUT_OF_ORDER']);
  expect(result.seen.map(({ blockHash }) => blockHash)).toEqual(
    ['a', 'ab', 'abc'].flatMap((name) => [hash(name), hash(name), hash(name)]),
  );
});

test('an entry that is missing is asked for again; a place that no entry has is the own way of the feed', async () => {
  const [a, ab] = [block('f', 1, 'a'), block('f', 7, 'ab')];
  const [opened, , sealed] = a as [never, never, never];
  const result = await followed(
    [
      stream('stays open', entries(opened, sealed)),
      stream('cut', entries(...a, ...ab)),
      stream('stays open', entries(...ab)),
    ],
    6,
  );
  expect(cursors(result)).toEqual(['f:1', 'f:2', 'f:3', 'f:7', 'f:8', 'f:9']);
  expect(result.asked).toEqual(['/events?from=start', '/events?after=f:1', '/events?after=f:3']);
  expect(codes(result)).toEqual(['STREAM_OUT_OF_ORDER', 'STREAM_OUT_OF_ORDER']);
});

test('a gateway that stops, one that dropped us, and one that fails are connected to again', async () => {
  const told = (code: string, status: number) => sse('end', 'x', { code, status, title: code, detail: '' });
  const [opened, ...rest] = block('f', 1, 'a') as [never, ...never[]];
  const result = await followed(
    [
      stream('ends', entries(opened), told('GATEWAY_STOPPING', 503)),
      stream('ends', told('SLOW_READER', 503)),
      refusal(503, 'DATABASE_UNAVAILABLE'),
      refusal(409, 'CURSOR_AHEAD'),
      { kind: 'html', status: 502 },
      stream('stays open', entries(...rest)),
    ],
    3,
  );
  expect(codes(result)).toEqual([
    ...['GATEWAY_STOPPING', 'SLOW_READER', 'DATABASE_UNAVAILABLE', 'CURSOR_AHEAD', 'GATEWAY_UNAVAILABLE'],
  ]);
  expect(cursors(result)).toEqual(['f:1', 'f:2', 'f:3']);
  expect(result.asked.slice(1)).toEqual(Array(5).fill('/events?after=f:1'));
});

test('a stream without a byte, and an address that does not answer, are given up and opened again', async () => {
  const result = await followed(
    [stream('stays open', ': hello\n\n'), { kind: 'nothing' }, stream('stays open', entries(...block('f', 1, 'a')))],
    3,
    { silenceMs: 300 },
  );
  expect(codes(result)).toEqual(['GATEWAY_UNAVAILABLE', 'GATEWAY_UNAVAILABLE']);
  expect(cursors(result)).toEqual(['f:1', 'f:2', 'f:3']);
});

test('a heartbeat moves the cursor on, and is told', async () => {
  const beats: unknown[] = [];
  const tip = { height: 9, hash: hash('9') };
  const result = await followed(
    [
      stream('ends', sse('heartbeat', 'f:40', { tip, cursor: 'f:40' })),
      stream('stays open', entries(...block('f', 38, 'x'), ...block('f', 41, 'a'))),
    ],
    3,
    { filter: 'name=claim', onHeartbeat: (beat) => beats.push(beat) },
  );
  expect(beats).toEqual([{ tip, cursor: 'f:40' }]);
  expect(cursors(result)).toEqual(['f:41', 'f:42', 'f:43']);
  expect(result.asked).toEqual(['/events?from=start&filter=name=claim', '/events?after=f:40&filter=name=claim']);
});

test('now is settled before the stream is opened: what happens between two connections is not missed', async () => {
  const result = await followed(
    [
      json({ entries: [], cursor: 'f:3', isEnd: true }),
      stream('cut', ''),
      stream('stays open', entries(...block('f', 4, 'ab'))),
    ],
    3,
    { from: 'now' },
  );
  expect(result.asked).toEqual(['?from=now&limit=1', '/events?after=f:3', '/events?after=f:3']);
  expect(result.seen).toHaveLength(3);
});

test('all that there is, page by page, to its end', async () => {
  const [a, ab] = [block('f', 1, 'a'), block('f', 4, 'ab')];
  const result = await followed(
    [
      json({ entries: a, cursor: 'f:3', isEnd: false }),
      refusal(503, 'DATABASE_UNAVAILABLE'),
      json({ entries: ab, cursor: 'f:6', isEnd: true }),
    ],
    100,
    { untilEnd: true },
  );
  expect(result.error).toBe(null);
  expect(cursors(result)).toEqual(['f:1', 'f:2', 'f:3', 'f:4', 'f:5', 'f:6']);
  expect(result.asked).toEqual(['?from=start&limit=500', '?after=f:3&limit=500', '?after=f:3&limit=500']);
});

/** What a gateway says of a block of another build. */
const blockOf = (name: string, changesHash = hash(`${name}2`)) => json({ block: { hash: hash(name), changesHash } });
const GONE = refusal(410, 'FEED_GONE', { resume: { after: null } });

test('another build: goes on behind the newest block that both have', async () => {
  const result = await followed(
    [
      stream('ends', entries(...block('f', 1, 'a', ALICE))),
      GONE,
      blockOf('a'),
      stream('stays open', entries(...block('g', 17, 'ab', MOVED))),
    ],
    6,
  );
  expect(result.asked.slice(1)).toEqual([
    '/events?after=f:3',
    `/v1/chains/kv/machines/kv/blocks/${hash('a')}`,
    `/events?after=${hash('a')}`,
  ]);
  expect(cursors(result)).toEqual(['f:1', 'f:2', 'f:3', 'g:17', 'g:18', 'g:19']);
});

test('another build that never had our newest blocks: they are taken back here, and so is one that had come in part', async () => {
  const part = block('f', 10, 'abcd', [change('bob', null, 'x')]).slice(0, 2);
  const result = await followed(
    [
      stream(
        'ends',
        entries(...block('f', 1, 'a', ALICE), ...block('f', 4, 'ab', MOVED), ...block('f', 7, 'abc'), ...part),
        sse('end', 'f:11', { code: 'FEED_GONE', status: 410, title: 'gone', detail: '' }),
      ),
      refusal(404, 'NOT_FOUND'),
      blockOf('ab'),
      refusal(404, 'BLOCK_NOT_ON_BRANCH'),
      blockOf('a'),
      stream('stays open', entries(...block('g', 4, 'ax'))),
    ],
    17,
  );
  expect(result.error).toBe(null);
  const told = result.seen.slice(11).map(({ kind, blockHash, cursor }) => [kind, blockHash, cursor]);
  expect(told.slice(0, 3)).toEqual([
    ['block.retracted', hash('abcd'), hash('abc')],
    ['block.retracted', hash('abc'), hash('ab')],
    ['block.retracted', hash('ab'), hash('a')],
  ]);
  expect(told.slice(3).map(([kind]) => kind)).toEqual(['block.opened', 'operation.accepted', 'block.sealed']);
  expect([...(result.state.get('names') ?? [])]).toEqual([['["alice"]', { name: 'alice', owner: 'one' }]]);
});

test('another build that left another state at the same block is told: the rules are others', async () => {
  const result = await followed([stream('ends', entries(...block('f', 1, 'a'))), GONE, blockOf('a', hash('77'))], 9);
  expect(result.error).toMatchObject({ code: 'FEED_GONE', remedy: 'rewind' });
  expect((result.error as Error).message).toContain('another state at block 1');
});

test('a cursor of a build that is gone, and nothing remembered: told, with the block that the gateway names', async () => {
  const resume = { after: hash('a') };
  const result = await followed([refusal(410, 'FEED_GONE', { resume })], 9, { after: 'f:3' });
  expect(result.error).toMatchObject({ name: 'FeedGone', code: 'FEED_GONE', resumeAfter: hash('a') });
});

test('with the blocks that were stored it goes on by itself', async () => {
  const known = ['a', 'ab'].map((name) => ({ height: name.length, hash: hash(name) }));
  const lines = [GONE, stream('stays open', entries(...block('g', 7, 'abc')))];
  const result = await followed(lines, 3, { after: 'f:6', known });
  expect(result.asked).toEqual(['/events?after=f:6', `/events?after=${hash('ab')}`]);
  expect(result.seen).toHaveLength(3);
});

test.each([
  ['a filter that does not parse', refusal(400, 'QUESTION_INVALID'), 'QUESTION_INVALID'],
  ['a block that the feed never had', refusal(404, 'BLOCK_NOT_ON_BRANCH'), 'BLOCK_NOT_ON_BRANCH'],
  ['a gateway without a log', refusal(503, 'LOG_NOT_SERVED'), 'LOG_NOT_SERVED'],
  ['another server', { kind: 'html', status: 404 } as const, 'NOT_A_GATEWAY'],
  ['another server that answers', { kind: 'html', status: 200 } as const, 'NOT_A_GATEWAY'],
])('%s is told at once, by its code', async (_what, line, code) => {
  expect((await followed([line], 1)).error).toMatchObject({ code, remedy: 'halt' });
});

test('a signal ends it without an error, while it waits and while it is connected', async () => {
  for (const line of [stream('stays open', entries(...block('f', 1, 'a'))), refusal(503, 'DATABASE_UNAVAILABLE')]) {
    const gone = new AbortController();
    setTimeout(() => gone.abort(), 150);
    const result = await followed([line, line, line, line, line, line], 9, { signal: gone.signal });
    expect(result.error).toBe(null);
  }
});

const messages = (...all: readonly { readonly kind: string; readonly cursor: string }[]) =>
  all.map((entry) => ({ id: entry.cursor, event: entry.kind, data: entry }));

test('over a socket: cut, silent and refused ones are opened again behind the last entry', async () => {
  const result = await followed(
    [
      socket('cut', ...messages(...block('f', 1, 'a'))),
      socket('ends', ...messages(...block('f', 4, 'ab'))),
      socket('stays open'),
      refusal(503, 'TOO_MANY_SUBSCRIBERS'),
      refusal(503, 'TOO_MANY_SUBSCRIBERS'),
      socket('stays open', ...messages(...block('f', 7, 'abc'))),
    ],
    9,
    { transport: 'websocket', silenceMs: 500 },
  );
  expect(cursors(result)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((at) => `f:${at}`));
  expect(codes(result)).toEqual([...Array(3).fill('GATEWAY_UNAVAILABLE'), 'TOO_MANY_SUBSCRIBERS']);
  expect(result.asked).toEqual([
    '/socket?from=start',
    '/socket?after=f:3',
    '/socket?after=f:6',
    '/socket?after=f:6',
    '?after=f:6&limit=1',
    '/socket?after=f:6',
  ]);
});

test('a socket that is refused for good says why', async () => {
  const lines = [refusal(400, 'QUESTION_INVALID'), refusal(400, 'QUESTION_INVALID')];
  const result = await followed(lines, 1, { transport: 'websocket', filter: 'name=' });
  expect(result.error).toMatchObject({ code: 'QUESTION_INVALID', message: 'because of QUESTION_INVALID' });
});
