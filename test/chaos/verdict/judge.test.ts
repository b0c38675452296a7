/** What a run leaves behind, made by hand for one block after the other; each mutant alters one thing, and the judge has to notice. */
import { hash as digestOf } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { Dump, Evidence, FeedLine } from '../../simulation/checks/evidence.ts';
import { judge } from './judge.ts';

const MAGIC = Buffer.from('kv').toString('hex');
const BLOCKS = 4;
const OPERATIONS = 3;

type Json = Record<string, unknown>;
type Judged = Parameters<typeof judge>[0][number];

const sha256 = (bytes: Uint8Array): Buffer => digestOf('sha256', bytes, 'buffer');
const txidOf = (height: number, index: number): string => sha256(Buffer.from(`${height}/${index}`)).toString('hex');
const encode = (event: Json): Uint8Array => Buffer.from(JSON.stringify(event));

/** Headers whose hashes are what they say; nothing else of a block is looked at. */
function headers(): readonly {
  readonly height: number;
  readonly hash: string;
  readonly previousHash: string;
  readonly header: Buffer;
}[] {
  let previousHash = '00'.repeat(32);
  return Array.from({ length: BLOCKS }, (_, i) => {
    const header = Buffer.alloc(80, i + 1);
    Buffer.from(previousHash, 'hex').reverse().copy(header, 4);
    const made = { height: i + 1, hash: sha256(sha256(header)).reverse().toString('hex'), previousHash, header };
    previousHash = made.hash;
    return made;
  });
}

/** The script of an output that carries an operation. */
const scriptOf = (payload: string): Uint8Array =>
  Buffer.concat([Buffer.from([0x6a, 2 + payload.length]), Buffer.from(`kv${payload}`)]);

const payloadsOf = (height: number): readonly string[] =>
  Array.from({ length: OPERATIONS }, (_, index) => `+n${height}${index}`);

function records(): Uint8Array[] {
  let sequence = 0;
  const place = () => ({ schema: 1, log: 'aa'.repeat(16), epoch: 0, sequence: ++sequence });
  const all = [encode({ type: 'log.created', ...place() })];
  for (const { height, hash, previousHash, header } of headers()) {
    const head = { type: 'block.connected', ...place(), height, hash, previousHash, header: header.toString('hex') };
    const operations = payloadsOf(height).map((text, position) => {
      const payload = Buffer.from(text.slice(1)).toString('hex');
      const where = { blockHash: hash, position, txid: txidOf(height, position), transactionIndex: position + 1 };
      return encode({ type: 'operation', ...place(), ...where, opcode: Buffer.from('+').toString('hex'), payload });
    });
    const digest = sha256(Buffer.concat(operations)).toString('hex');
    all.push(encode({ ...head, work: String(2 * height), operationCount: OPERATIONS, digest }), ...operations);
  }
  return all;
}

function dump(): Dump {
  return {
    blocks: headers().map(({ height, hash }) => ({
      ...{ height, hash, opsHash: `0${height}`, consensusHash: `1${height}`, changesHash: `2${height}` },
    })),
    operations: headers().flatMap(({ height, hash }) =>
      payloadsOf(height).map((_, index) => ({ block: hash, txid: txidOf(height, index), verdict: 'accepted' })),
    ),
    tables: { names: ['{"name":"a"}', '{"name":"b"}'] },
  };
}

function feedLines(): readonly FeedLine[] {
  return headers().flatMap(({ height, hash }): FeedLine[] => [
    { kind: 'connected', hash, txid: null },
    ...payloadsOf(height).map((_, index): FeedLine => ({ kind: 'operation', hash, txid: txidOf(height, index) })),
    { kind: 'sealed', hash, txid: null },
  ]);
}

/** What is wrong with a run in which this was altered: lost, doubled, mismatches, breaches. */
function judged(
  change: (evidence: { -readonly [Key in keyof Evidence]: Evidence[Key] }) => Partial<Judged> | undefined,
) {
  const told = headers().map(({ height, hash, previousHash }) => ({
    ...{ kind: 'connected' as const, height, hash, previousHash },
    operations: payloadsOf(height).map((text, index) => ({
      ...{ txid: txidOf(height, index), transactionIndex: index + 1, payload: Buffer.from(text).toString('hex') },
    })),
  }));
  const evidence: Evidence = {
    magic: MAGIC,
    firstBlock: 1,
    winning: headers().map(({ height, hash, previousHash }) => ({
      ...{ height, hash, previousHash },
      transactions: [
        { txid: 'cc'.repeat(32), scripts: [] },
        ...payloadsOf(height).map((payload, index) => ({ txid: txidOf(height, index), scripts: [scriptOf(payload)] })),
      ],
    })),
    records: records(),
    hadToLeave: () => false,
    projections: [{ name: 'kv', dump: dump(), oracle: dump(), feed: feedLines() }],
    subscribers: [{ name: 'subscriber of the topic', told }],
  };
  const feed = feedLines().map((line, i) => JSON.stringify({ cursor: i, ...line }));
  const altered = { ...evidence };
  const judgedSo: Judged = { name: 'kv', evidence: altered, feed, kept: feed, ...change(altered) };
  const { lost, doubled, mismatches, breaches } = judge([judgedSo]);
  return { lost, doubled, mismatches, invariants: [...new Set(breaches.map(({ invariant }) => invariant))].sort() };
}

const swapped = <Item>(items: readonly Item[], at: number): readonly Item[] =>
  items.toSpliced(at, 2, ...items.slice(at, at + 2).reverse());

/** With the dump of the projection altered. */
const withDump = (change: (dump: Dump) => Partial<Dump>) =>
  judged((evidence) => {
    const [first] = evidence.projections;
    if (first === undefined) throw new Error('no projection');
    evidence.projections = [{ ...first, dump: { ...first.dump, ...change(first.dump) } }];
    return undefined;
  });

/** With what the subscriber of the feed keeps altered. */
const withKept = (change: (kept: readonly string[]) => readonly string[]) =>
  judged(() => {
    const feed = feedLines().map((line, i) => JSON.stringify({ cursor: i, ...line }));
    return { feed, kept: change(feed) };
  });

test('a run in which nothing went wrong has nothing to be found', () => {
  expect(judged(() => undefined)).toEqual({ lost: 0, doubled: 0, mismatches: 0, invariants: [] });
});

test('one operation dropped: from the projection, the log, what a subscriber of the topic and one of the feed were told', () => {
  expect(withDump(({ operations }) => ({ operations: operations.toSpliced(4, 1) })).lost).toBe(1);
  expect(
    judged((evidence) => {
      evidence.records = evidence.records.toSpliced(3, 1);
      return undefined;
    }).invariants,
  ).toContain('I6');
  expect(
    judged((evidence) => {
      evidence.subscribers = evidence.subscribers.map(({ name, told }) => ({
        name,
        told: told.map((event, i) => (i === 2 ? { ...event, operations: event.operations.slice(1) } : event)),
      }));
      return undefined;
    }).lost,
  ).toBe(1);
  expect(withKept((kept) => kept.toSpliced(6, 1)).lost).toBe(1);
});

test('one operation doubled: in the projection, in what a subscriber keeps', () => {
  expect(
    withDump(({ operations }) => ({ operations: operations.toSpliced(4, 0, ...operations.slice(4, 5)) })).doubled,
  ).toBe(1);
  expect(withKept((kept) => kept.toSpliced(6, 0, ...kept.slice(6, 7))).doubled).toBe(1);
});

test('two swapped: in the projection, in the log, in what a subscriber keeps', () => {
  expect(withDump(({ operations }) => ({ operations: swapped(operations, 4) })).invariants).toEqual(['I3']);
  expect(
    judged((evidence) => {
      evidence.records = swapped(evidence.records, 3);
      return undefined;
    }).invariants,
  ).toContain('I6');
  expect(withKept((kept) => swapped(kept, 6)).invariants).toEqual(['I3']);
});

test('one bit flipped: of a hash, of a row, of a record', () => {
  const flip = (text: string): string => `${text.slice(0, -1)}${text.at(-1) === '0' ? '1' : '0'}`;
  const block = (field: 'consensusHash' | 'opsHash' | 'changesHash') =>
    withDump(({ blocks }) => ({
      blocks: blocks.map((each, i) => (i === 2 ? { ...each, [field]: flip(each[field]) } : each)),
    }));
  for (const field of ['consensusHash', 'opsHash', 'changesHash'] as const) expect(block(field).mismatches).toBe(1);
  expect(withDump(() => ({ tables: { names: ['{"name":"a"}', '{"name":"c"}'] } })).mismatches).toBe(1);
  expect(
    judged((evidence) => {
      const at = 3;
      const record = Buffer.from(evidence.records[at] ?? []);
      const text = record.toString().replace(/"payload":"(..)/, '"payload":"ff');
      evidence.records = evidence.records.with(at, Buffer.from(text));
      return undefined;
    }).invariants,
  ).toContain('I6');
});
