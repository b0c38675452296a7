import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { MemoryFold } from '@virtualchain/machine';
import type { LogChange, LogEntry } from '@virtualchain/operation-log';
import {
  createBuild,
  type MachineInstance,
  openBuild,
  projectionPoints,
  readHashes,
  verifyProjection,
} from '@virtualchain/projection';
import fc from 'fast-check';
import { rowsOf } from '../kit/projections.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import shelfMachine from '../kit/shelf-machine.ts';
import { activityInstance, changesOf, connectKv, kvInstance } from './kv-log.ts';
import { connect, disconnect, operationOf } from './log-blocks.ts';

let parts: RealParts<'postgres'>;
let url: string;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  url = await parts.postgres.createDatabase('projection_walk');
}, 120_000);

afterAll(async () => {
  await parts?.[Symbol.asyncDispose]();
});

function shelfInstance(): MachineInstance {
  const { chain, network } = kvInstance();
  return { chain, machine: shelfMachine({}, chain), network, parameters: {} };
}

/** A block of made-up operations, each with its payload as hex. */
const connectPayloads = (block: string, payloads: readonly string[]): LogEntry =>
  ({
    ...connect(block, 0),
    operations: payloads.map((payload, position) => ({ ...operationOf(block, position), payload })),
  }) as LogEntry;

const kvWords = fc
  .tuple(
    fc.constantFrom('alice', 'bob'),
    fc.constantFrom('+', '=', '-', '!', '='),
    fc.constantFrom('a', 'b', 'c'),
    fc.nat(3),
  )
  .map(([who, verb, name, value]) => `${who} ${verb}${name}${verb === '=' ? `:${value}` : ''}`);
const payloads = fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes).toString('hex'));

/** Steps over the tree of blocks: forward with a block of operations, or back by some. */
function walks<Word>(words: fc.Arbitrary<Word>, make: (block: string, words: readonly Word[]) => LogEntry) {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ forward: fc.array(words, { maxLength: 12 }) }) },
    { weight: 1, arbitrary: fc.record({ back: fc.integer({ min: 1, max: 5 }) }) },
  );
  return fc.array(step, { minLength: 4, maxLength: 24 }).map((steps) => {
    const entries: LogEntry[] = [];
    let branch = '';
    for (const [i, one] of steps.entries()) {
      if ('forward' in one) {
        branch += String.fromCharCode(0x4e00 + i); // each step has its own letter: no block is met twice
        entries.push(make(branch, one.forward));
      } else {
        for (let left = one.back; left > 0 && branch !== ''; left--) {
          entries.push(disconnect(branch));
          branch = branch.slice(0, -1);
        }
      }
    }
    return entries;
  });
}

/** What happens between batches: how much goes into the next one, and what disturbs it. */
const disturbances = fc.infiniteStream(
  fc.record({
    cut: fc.integer({ min: 1, max: 9 }),
    failAt: fc.option(fc.constantFrom(...projectionPoints.names), { freq: 3 }),
    reopen: fc.nat(7).map((n) => n === 0),
    rewindBy: fc.option(fc.integer({ min: 1, max: 6 }), { freq: 8 }),
  }),
);

/** The memory fold of the branch that the changes end with, without the detours. */
async function foldOf({ machine }: MachineInstance, changes: readonly LogChange[]): Promise<MemoryFold> {
  const branch: LogChange[] = [];
  for (const change of changes) {
    if (change.kind === 'connected') branch.push(change);
    else branch.pop();
  }
  const fold = await MemoryFold.open(machine);
  for (const { event, ...change } of branch) {
    if (change.kind === 'connected')
      await fold.connect({ ...event, operations: change.operations } as unknown as Parameters<
        MemoryFold['connect']
      >[0]);
  }
  return fold;
}

class Cut extends Error {}

/** Advances a build through all changes, disturbed; answers with the build, open. */
async function walk(
  instance: MachineInstance,
  changes: readonly LogChange[],
  disturbed: Iterator<{ cut: number; failAt: string | null; reopen: boolean; rewindBy: number | null }>,
) {
  let failAt: string | null = null;
  using _listening = projectionPoints.listen((point) => {
    if (point !== failAt) return;
    failAt = null;
    throw new Cut(point);
  });
  const made = await createBuild(url, instance);
  const { schema } = made;
  await made.close();
  let projection = await openBuild(url, instance, schema);
  for (;;) {
    const { cut, failAt: point, reopen, rewindBy } = disturbed.next().value;
    if (reopen) {
      await projection.close();
      projection = await openBuild(url, instance, schema);
    }
    if (rewindBy !== null) {
      const marks = [];
      for await (const mark of projection.marks()) marks.push(mark);
      await projection.rewind(marks[rewindBy] ?? null);
    }
    const { cursor } = await projection.checkpoint();
    const rest = changes.filter(({ event }) => event.sequence > (cursor?.sequence ?? 0));
    if (rest.length === 0) return projection;
    failAt = point;
    for (let from = 0; from < Math.min(rest.length, cut * 3); from += cut) {
      try {
        await projection.advance(rest.slice(from, from + cut));
      } catch (error) {
        if (!(error instanceof Cut)) throw error;
        break;
      }
    }
    failAt = null;
  }
}

async function expectOracle(
  instance: MachineInstance,
  entries: readonly LogEntry[],
  disturbed: Parameters<typeof walk>[2],
) {
  const changes = await changesOf(entries);
  const fold = await foldOf(instance, changes);
  const projection = await walk(instance, changes, disturbed);
  try {
    const stored = await readHashes(projection);
    const hashesOf = (block: { consensusHash: unknown; changesHash: unknown; opsHash: unknown }) => [
      block.opsHash,
      block.consensusHash,
      block.changesHash,
    ];
    expect(stored.map(hashesOf)).toEqual(fold.blocks.map(hashesOf));
    const collections = Object.keys(instance.machine.collections);
    for (const name of collections) expect(await rowsOf(projection, name)).toEqual(fold.state.dump(name));
    expect((await verifyProjection(projection)).disagreements).toEqual([]);
    for (let below = 1; fold.disconnect() !== null; below++) {
      if (below % 4 !== 1) continue; // some of the past
      for (const name of collections)
        expect(await rowsOf(projection, name, fold.height)).toEqual(fold.state.dump(name));
    }
  } finally {
    await projection.close();
  }
}

test.each([
  ['shelf', shelfInstance, walks(payloads, connectPayloads)],
  ['kv', kvInstance, walks(kvWords, connectKv)],
  ['activity', activityInstance, walks(kvWords, connectKv)],
] as const)(
  '%s: Postgres ends where memory ends, whatever the detours, the batches and the failures',
  async (_name, instance, entries) => {
    await fc.assert(
      fc.asyncProperty(entries, disturbances, (given, disturbed) => expectOracle(instance(), given, disturbed)),
      { numRuns: Number(process.env['VCHAIN_WALKS'] ?? 4), endOnFailure: true },
    );
  },
  300_000,
);
