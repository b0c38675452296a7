import { afterEach, expect, test } from '@jest/globals';
import { type AnyStateMachine, type FoldedBlock, MemoryFold, type Row } from '@virtualchain/machine';
import type { LogChange } from '@virtualchain/operation-log';
import type { MachineInstance, Projection } from '@virtualchain/projection';
import { activityInstance, changesOf, connectKv, kvInstance } from './kv-log.ts';
import { disconnect } from './log-blocks.ts';

/** One state that several projections can be opened over, and what a test looks at and does to it. */
export interface ProjectionStore {
  open(): Promise<Projection>;
  rows(collection: string, at?: number): Promise<readonly Row[]>;
  consensusHashes(): Promise<readonly string[]>;
  changesHashes(): Promise<readonly string[]>;
  /** `connected 101`, `operation 101 accepted`, `disconnected 101` … in order. */
  feed(): Promise<readonly string[]>;
  /** The next commit fails. */
  failNextCommit(): Promise<void>;
  dispose(): Promise<void>;
}

/** The oracle: the memory fold of a branch alone, without its detours. */
async function oracle(
  instance: MachineInstance,
  changes: readonly LogChange[],
): Promise<{ fold: MemoryFold; blocks: readonly FoldedBlock[] }> {
  const branch: LogChange[] = [];
  for (const change of changes) {
    if (change.kind === 'connected') branch.push(change);
    else branch.pop();
  }
  const fold = await MemoryFold.open(instance.machine);
  for (const change of branch) {
    if (change.kind !== 'connected') continue;
    const { height, hash, previousHash, time } = change.event;
    await fold.connect({ height, hash, previousHash, time, operations: change.operations } as Parameters<
      MemoryFold['connect']
    >[0]);
  }
  return { fold, blocks: fold.blocks };
}

const MAIN = [
  connectKv('0', ['alice +a', 'bob +b', 'bob +a']),
  connectKv('0a', ['alice =a:one', 'bob =a:stolen', 'bob !b', 'bob =b:late', 'carol junk']),
  connectKv('0aa', ['alice =a:two', 'alice =a:three', 'bob -b', 'bob +b']),
];
const FORK = [
  disconnect('0aa'),
  disconnect('0a'),
  connectKv('0b', ['alice -a', 'carol +a']),
  connectKv('0bb', ['carol =a:mine']),
];

export function projectionContract(
  name: string,
  openStore: (instance: MachineInstance) => Promise<ProjectionStore>,
): void {
  const opened: ProjectionStore[] = [];
  const store = async (instance = kvInstance()): Promise<ProjectionStore> => {
    const made = await openStore(instance);
    opened.push(made);
    return made;
  };
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.dispose();
  });

  async function expectOracle(one: ProjectionStore, changes: readonly LogChange[]): Promise<void> {
    const { fold, blocks } = await oracle(kvInstance(), changes);
    expect(await one.rows('names')).toEqual(fold.state.dump('names'));
    expect(await one.consensusHashes()).toEqual(blocks.map(({ consensusHash }) => consensusHash));
    expect(await one.changesHashes()).toEqual(blocks.map(({ changesHash }) => changesHash));
  }

  test(`${name}: ends where the memory fold of the branch ends, in one batch`, async () => {
    const one = await store();
    await using projection = await one.open();
    const changes = await changesOf(MAIN);
    await projection.advance(changes);
    await expectOracle(one, changes);
  });

  test(`${name}: several changes of one key in one block leave one row of history, and none when they cancel`, async () => {
    const one = await store();
    await using projection = await one.open();
    const changes = await changesOf([connectKv('0', ['alice +a', 'alice =a:1', 'alice =a:2', 'bob +b', 'bob -b'])]);
    await projection.advance(changes);
    await expectOracle(one, changes);
    expect((await one.rows('names')).map((row) => [row['name'], row['value'], row['revision']])).toEqual([
      ['a', '32', 2],
    ]);
  });

  test(`${name}: connect, disconnect, connect within one batch`, async () => {
    const one = await store();
    await using projection = await one.open();
    const changes = await changesOf([...MAIN, ...FORK]);
    await projection.advance(changes);
    await expectOracle(one, changes);
  });

  test(`${name}: the same changes one at a time, and reopened between any two, give the same state`, async () => {
    const one = await store();
    const changes = await changesOf([...MAIN, ...FORK]);
    for (const change of changes) {
      await using projection = await one.open();
      await projection.advance([change]);
    }
    await expectOracle(one, changes);
  });

  test(`${name}: the feed holds what the state went through, retractions included`, async () => {
    const one = await store();
    await using projection = await one.open();
    await projection.advance(
      await changesOf([connectKv('0', ['alice +a']), connectKv('0a', ['bob +a']), disconnect('0a')]),
    );
    expect(await one.feed()).toEqual([
      'connected 101',
      'operation 101 accepted',
      'sealed 101',
      'connected 102',
      'operation 102 rejected',
      'sealed 102',
      'disconnected 102',
    ]);
  });

  test(`${name}: everything disconnected, down to the first block, and connected again`, async () => {
    const one = await store();
    await using projection = await one.open();
    const changes = await changesOf([connectKv('0', ['alice +a']), disconnect('0'), connectKv('1', ['bob +a'])]);
    await projection.advance(changes);
    await expectOracle(one, changes);
  });

  test(`${name}: a retry after a failed COMMIT folds nothing twice`, async () => {
    const one = await store();
    await using projection = await one.open();
    const changes = await changesOf([...MAIN, ...FORK]);
    await projection.advance(changes.slice(0, 2));
    await one.failNextCommit();
    await expect(projection.advance(changes.slice(2))).rejects.toThrow();
    await projection.advance(changes.slice(2));
    await expectOracle(one, changes);
  });

  test.each([
    ['connected blocks', 1, MAIN.length],
    ['a rollback', MAIN.length, MAIN.length + FORK.length],
  ])(`${name}: nothing is kept in memory of a batch with %s whose COMMIT failed`, async (_what, from, to) => {
    const one = await store();
    await using projection = await one.open();
    const changes = (await changesOf([...MAIN, ...FORK])).slice(0, to);
    await projection.advance(changes.slice(0, from));
    await one.failNextCommit();
    await expect(projection.advance(changes.slice(from))).rejects.toThrow();
    for (const change of changes.slice(from)) await projection.advance([change]);
    await expectOracle(one, changes);
  });

  test(`${name}: a rollback takes every collection back`, async () => {
    const one = await store(activityInstance());
    await using projection = await one.open();
    const changes = await changesOf([...MAIN, ...FORK]);
    for (const change of changes) await projection.advance([change]);
    const { fold } = await oracle(activityInstance(), changes);
    for (const collection of ['senders', 'opcodes']) {
      expect(await one.rows(collection)).toEqual(fold.state.dump(collection));
    }
  });

  test(`${name}: unstorable-text: text that Postgres cannot hold is in no row, asked for by key, index or count`, async () => {
    const instance = kvInstance();
    const { machine } = instance;
    const found: unknown[] = [];
    const asking: AnyStateMachine = {
      ...machine,
      collections: { names: { ...machine.collections.names, indexes: { owner: ['owner'] } } },
      decide: async (op, context, state) => {
        const { names } = state;
        if (names === undefined) throw new TypeError('a collection is missing');
        for (const text of ['a\u0000', '\ud800']) {
          found.push(await names.get({ name: text }), await names.count('owner', { owner: text }));
          for await (const row of names.by('owner', { owner: text })) found.push(row);
        }
        return machine.decide(op, context, state);
      },
    };
    const one = await store({ ...instance, machine: asking });
    await using projection = await one.open();
    const changes = await changesOf(MAIN);
    await projection.advance(changes);
    await expectOracle(one, changes);
    expect(new Set(found)).toEqual(new Set([null, 0]));
  });

  test(`${name}: of two projectors at once one fails cleanly, by name`, async () => {
    const one = await store();
    await using first = await one.open();
    await using second = await one.open();
    const changes = await changesOf(MAIN);
    await first.checkpoint();
    await second.checkpoint();
    const results = await Promise.allSettled([first.advance(changes), second.advance(changes)]);
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({ code: 'CHECKPOINT_MOVED', remedy: 'retry' });
    await expectOracle(one, changes);
  });

  test(`${name}: fault-of-yesterday: what stopped a projector is no fault of a projection that was moved since`, async () => {
    const one = await store();
    await using frozen = await one.open();
    await using operator = await one.open();
    const changes = await changesOf(MAIN);
    const { checkpoint: before } = await operator.advance(changes);
    const fault = { code: 'LOG_REPLACED', message: 'another log', height: null, txid: null, sequence: null };
    await operator.attach('another', []);
    await expect(frozen.setFault(fault, before)).rejects.toMatchObject({ code: 'CHECKPOINT_MOVED', remedy: 'retry' });
    const attached = await operator.checkpoint();
    expect(attached).toMatchObject({ status: 'running', fault: null });
    await frozen.setFault(fault, attached);
    expect(await operator.checkpoint()).toMatchObject({ status: 'faulted', fault });
    await operator.setFault(null);
    expect(await operator.checkpoint()).toMatchObject({ status: 'running', fault: null });
  });

  test(`${name}: what does not follow the checkpoint is refused, and changes nothing`, async () => {
    const one = await store();
    await using projection = await one.open();
    const changes = await changesOf(MAIN);
    await projection.advance(changes.slice(0, 1));
    await expect(projection.advance(changes.slice(2))).rejects.toMatchObject({ code: 'NOT_NEXT' });
    await expect(projection.advance(changes.slice(0, 1))).rejects.toMatchObject({ code: 'NOT_NEXT' });
    await projection.advance(changes.slice(1));
    await expectOracle(one, changes);
  });

  test(`${name}: rewinds to a block that the log still has`, async () => {
    const one = await store();
    await using projection = await one.open();
    const changes = await changesOf([...MAIN, ...FORK]);
    await projection.advance(changes.slice(0, 3));
    const marks = [];
    for await (const mark of projection.marks()) marks.push(mark);
    expect(marks.map(({ height }) => height)).toEqual([103, 102, 101]);
    await projection.rewind(marks[2] ?? null);
    await expectOracle(one, changes.slice(0, 1));
    await projection.rewind(null);
    await projection.advance(changes);
    await expectOracle(one, changes);
  });
}
