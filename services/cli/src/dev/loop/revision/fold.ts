import { setTimeout as sleep } from 'node:timers/promises';
import { height as toHeight } from '@virtualchain/bitcoin';
import { isExpectedError } from '@virtualchain/kernel';
import { MachineFaulted } from '@virtualchain/machine';
import { type LogChange, type OperationLog, openLogAt } from '@virtualchain/operation-log';
import {
  type Advanced,
  compareVerdicts,
  createBuild,
  DatabaseBusy,
  dropBuild,
  type MachineInstance,
  openBuild,
  openRegistry,
  type PostgresProjection,
  type Projection,
  readProjection,
  SwitchRefused,
  takeOver,
  upToStop,
} from '@virtualchain/projection';
import { project } from '@virtualchain/projector';
import { changedVerdictsListedMax, logPollMs } from '../limits.ts';
import { failureOf } from './failure.ts';
import type { LoadedRules } from './load.ts';
import type { FoldOrder, Report, Switched } from './messages.ts';
import { type ObservedMachine, observe } from './observe.ts';
import { blamed, toldBlocks } from './tell.ts';

/** What a revision works with. */
interface Work {
  readonly order: FoldOrder;
  readonly instance: MachineInstance;
  readonly observed: ObservedMachine;
  readonly log: OperationLog;
  readonly folder: string;
  readonly say: (report: Report) => void;
  /** Blocks of records up to this one are not told. */
  readonly told: { sequence: number };
}

/**
 * Folds the log from its start into a new build beside the live one, takes the live one's place at the end of the log, and goes
 * on as the projector of the machine. A machine that throws on the way ends it: the live build stays.
 */
export async function foldAndFollow(
  rules: LoadedRules,
  order: FoldOrder,
  { folder, say }: Pick<Work, 'folder' | 'say'>,
): Promise<void> {
  const told = { sequence: order.toldSequence ?? Number.POSITIVE_INFINITY };
  const observed = observe(rules.machine, ({ sequence }) => sequence > told.sequence);
  const { chain, parameters } = rules;
  const instance = { chain, machine: observed.machine, network: order.network, parameters };
  await using log = openLogAt(order.log, { clientId: 'vchain-dev' });
  const work: Work = { order, instance, observed, log, folder, say, told };
  const switched = await foldAndSwitch(work);
  if (switched === null) return;
  told.sequence = order.toldSequence ?? switched.sequence;
  say(switched);
  for (const schema of order.drop) await dropBuild(order.postgresUrl, schema).catch(() => undefined);
  await follow(work, switched.schema);
}

/** Null where the rules threw: that was said. */
async function foldAndSwitch(work: Work): Promise<Switched | null> {
  const { order, instance, say } = work;
  await using built = await createBuild(order.postgresUrl, instance);
  say({ kind: 'building', schema: built.schema });
  const totals = { blocks: 0, operations: 0, accepted: 0, rejected: 0, ignored: 0 };
  const told = toldBy(built, work);
  const count = ({ blocks, operations, verdicts }: Advanced): void => {
    totals.blocks += blocks;
    totals.operations += operations;
    for (const kind of ['accepted', 'rejected', 'ignored'] as const) totals[kind] += verdicts[kind];
  };
  for (;;) {
    try {
      await foldToEnd(told, work, count);
      const { live, retired } = await takeOver(order.postgresUrl, instance, built.schema, order.live);
      return await describe(built, work, { live, retired, totals });
    } catch (error) {
      if (error instanceof DatabaseBusy || (error instanceof SwitchRefused && error.isBehind)) continue;
      if (!(error instanceof MachineFaulted)) throw error;
      await dropBuild(order.postgresUrl, built.schema).catch(() => undefined);
      return null;
    }
  }
}

/** Reads to the end of the log, which may only be about to be made. */
async function foldToEnd(
  projection: Projection,
  { order, instance, log }: Work,
  count: (advanced: Advanced) => void,
): Promise<void> {
  const { chain, machine } = instance;
  for (;;) {
    const { cursor } = await projection.checkpoint();
    try {
      let height = cursor?.height ?? chain.firstBlock - 1;
      for await (const batch of log.read(order.topic, { after: cursor })) {
        const changes = upToStop(machine, batch.changes);
        if (changes.length > 0) count(await projection.advance(changes));
        height = batch.changes.at(-1)?.cursor.height ?? height;
        if (batch.atEnd && height >= order.untilHeight) return;
      }
    } catch (error) {
      if (!isExpectedError(error) || error.remedy !== 'retry') throw error;
      await sleep(logPollMs);
    }
  }
}

async function describe(
  built: PostgresProjection,
  work: Work,
  { live, retired, totals }: { readonly live: string; readonly retired: readonly string[]; readonly totals: Totals },
): Promise<Switched> {
  const { cursor } = await built.checkpoint();
  const height = cursor?.height ?? null;
  const before = work.order.live;
  const compared =
    before === null
      ? { changes: null, consensusHashBefore: null }
      : await compare(built, work, { before, after: live });
  const { blocks, operations, ...verdicts } = totals;
  return {
    kind: 'switched',
    ...{ schema: live, retired, height, blocks, operations, verdicts },
    ...compared,
    consensusHash: await hashAt(built, height),
    sequence: cursor?.sequence ?? 0,
  };
}

async function compare(
  built: PostgresProjection,
  { order, instance }: Work,
  schemas: { readonly before: string; readonly after: string },
): Promise<Pick<Switched, 'changes' | 'consensusHashBefore'>> {
  const { cursor } = await built.checkpoint();
  await using registry = await openRegistry(order.postgresUrl);
  await using before = await openBuild(order.postgresUrl, instance, schemas.before);
  return {
    changes: await compareVerdicts(registry, schemas, changedVerdictsListedMax),
    consensusHashBefore: await hashAt(before, cursor?.height ?? null),
  };
}

/** The hash that a build sealed a block with; null where it has none. */
function hashAt(projection: PostgresProjection, height: number | null): Promise<string | null> {
  if (height === null) return Promise.resolve(null);
  return readProjection(
    projection,
    'tip',
    async (reading) => (await reading.block(toHeight(height)))?.consensusHash ?? null,
  );
}

interface Totals {
  readonly blocks: number;
  readonly operations: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly ignored: number;
}

/** Goes on as the projector does, until the process is ended. */
async function follow(work: Work, schema: string): Promise<void> {
  const { order, instance, log, say } = work;
  await project({
    log,
    topic: order.topic,
    open: async () => toldBy(await openBuild(order.postgresUrl, instance, schema), work),
    signal: new AbortController().signal,
    events: {
      opened: () => undefined,
      advanced: () => undefined,
      state: (state, error) => {
        if (state === 'retrying' && error !== null) say({ kind: 'retrying', code: error.code, message: error.message });
      },
    },
  });
}

/** A projection that tells of every batch it folded, and of the operation at which its machine threw. */
function toldBy(inner: Projection, { observed, folder, say, told }: Work): Projection {
  const { schema, machine } = inner;
  return {
    schema,
    machine,
    checkpoint: () => inner.checkpoint(),
    marks: () => inner.marks(),
    rewind: (to) => inner.rewind(to),
    attach: (log, places) => inner.attach(log, places),
    setFault: (fault, from) => inner.setFault(fault, from),
    close: () => inner.close(),
    [Symbol.asyncDispose]: () => inner.close(),
    async advance(changes: readonly LogChange[]) {
      observed.forget();
      try {
        const advanced = await inner.advance(changes);
        const blocks = toldBlocks(changes, observed, told.sequence);
        if (blocks.length > 0) say({ kind: 'judged', blocks });
        return advanced;
      } catch (error) {
        if (error instanceof MachineFaulted)
          say({ kind: 'faulted', failure: failureOf(error, folder, blamed(changes, error.txid)) });
        throw error;
      }
    },
  };
}
