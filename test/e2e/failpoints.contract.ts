/**
 * Every failpoint of ingester and projector: the process dies there while it works on real parts, is started again, and
 * ends where the winning branch ends. All go through one history at once, each with a topic or a database of its own: a
 * topic misses its dead leader for six seconds, and so it is six seconds once.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { writerPoints } from '@virtualchain/operation-log';
import { MemoryProjection, MemoryStore } from '@virtualchain/projection';
import { failpoints as projectorFailpoints } from '@virtualchain/projector';
import { foldRawBlocks } from '@virtualchain/testing';
import { failpoints as ingesterFailpoints } from '../../services/ingester/src/failpoints.ts';
import { kafkaHarness } from '../contract/kafka-hands.ts';
import { postgresHarness } from '../contract/postgres-hands.ts';
import { type LogKind, System } from '../kit/system.ts';
import { until } from '../kit/until.ts';
import { Victim } from '../kit/victim.ts';

const INGESTER_POINTS = ingesterFailpoints.flatMap<string>(({ names }) => names);
const PROJECTOR_POINTS = projectorFailpoints.flatMap<string>(({ names }) => names);

/** Which passing kills, where the first one is at the start, before there is work to lose. */
const NTH: Readonly<Record<string, number>> = {
  'before-fetch': 60,
  'after-verify': 60,
  'before-append': 2,
  'before-commit': 2,
  'after-commit': 3,
};
/** Two operations of it are more than one send holds. */
const LARGE_PAYLOAD_BYTES = 990_000;
/** Records that the topic loses under the projector that has to rewind. */
const RECORDS_CUT = 20;

const diedAtItsPoint = { signal: 'SIGKILL', saidWhere: true };

/** Cuts the topic of a system down to its first records. */
async function recreate({ topic, logPlace }: System, keptRecords: number): Promise<void> {
  const done = async () => undefined;
  const hands = logPlace.kind === 'kafka' ? kafkaHarness(logPlace.brokers, done) : postgresHarness(logPlace.url, done);
  await hands.recreate(topic, keptRecords);
  await hands.close();
}

/**
 * Every failpoint of these parts of the processes, with the log in one or the other: `all`, or `log`, those of the writer and
 * that of a projector whose topic was cut, which are passed at another place in each kind of log.
 */
export function failpointContract(logIn: LogKind, of: 'all' | 'log'): void {
  let system: System;
  const databases = new Map<string, string>();
  const ingesters = (of === 'all' ? INGESTER_POINTS : writerPoints.names).map(
    (point) =>
      new Victim(point, NTH[point] ?? 1, (settings) =>
        system.ingester({ VCHAIN_TOPIC_PREFIX: prefixOf(point), VCHAIN_POLL_MS: '300', ...settings }),
      ),
  );
  const projectors = (of === 'all' ? PROJECTOR_POINTS : ['in-rewind']).map(
    (point) =>
      new Victim(point, 1, (settings) =>
        system.projector(machineFor(point), { VCHAIN_POSTGRES_URL: databaseOf(point), ...settings }),
      ),
  );

  const prefixOf = (point: string): string => `${system.parts.topicPrefix}-${point}`;
  const topicOf = (point: string): string => `${prefixOf(point)}.regtest.kv`;
  const databaseOf = (point: string): string => databases.get(point) ?? '';
  const machineFor = (point: string): string => (point === 'between-collections' ? 'activity' : 'kv');

  function allDead(victims: readonly Victim[]): Promise<unknown> {
    return until(
      'every process dies at its failpoint',
      async () => victims.filter(({ isRunning }) => isRunning).map(({ armedAs }) => armedAs),
      (alive) => alive.length === 0,
    );
  }

  /** Until the logs of those that run end with the miner's newest block. */
  async function published(victims: readonly Victim[]): Promise<void> {
    const isBehind = async ({ point, isRunning }: Victim): Promise<boolean> =>
      isRunning && (await tipOfLog(topicOf(point))) !== system.miner.tip.hash;
    await allDone('every log has the newest block', victims, isBehind);
  }

  async function projected(victims: readonly Victim[]): Promise<void> {
    const isBehind = async ({ point }: Victim): Promise<boolean> =>
      (await system.statuses(databaseOf(point)))[0]?.tip?.hash !== system.miner.tip.hash;
    await allDone('every projection has the newest block', victims, isBehind);
  }

  function allDone(what: string, victims: readonly Victim[], isBehind: (victim: Victim) => Promise<boolean>) {
    return until(
      what,
      async () => {
        const behind: string[] = [];
        for (const victim of victims) if (await isBehind(victim)) behind.push(victim.point);
        return behind;
      },
      (behind) => behind.length === 0,
    );
  }

  async function tipOfLog(topic: string): Promise<string | null> {
    return (await system.log.tail(topic).catch(() => null))?.block?.hash ?? null;
  }

  /** What a fold of the topic has that the fold of the winning branch's raw blocks has not, and the other way round. */
  async function logDifferences(topic: string): Promise<readonly string[]> {
    const instance = await system.instance('kv');
    const store = await MemoryStore.open(instance.machine);
    await using projection = new MemoryProjection(store);
    for await (const { changes } of system.log.read(topic, { after: null, untilEnd: true })) {
      await projection.advance(changes);
    }
    const oracle = await foldRawBlocks(instance, system.miner.branch());
    const spell = ({ state, blocks }: typeof oracle): readonly string[] => [
      ...blocks.map(({ block, opsHash, consensusHash, changesHash }) =>
        [block.height, block.hash, opsHash, consensusHash, changesHash].join(' '),
      ),
      ...state.dump('names').map((row) => Object.values(row).join(' ')),
    ];
    const [ours, wanted] = [spell(store.fold), spell(oracle)];
    return [
      ...ours.filter((line) => !wanted.includes(line)).map((line) => `${topic} has ${line}`),
      ...wanted.filter((line) => !ours.includes(line)).map((line) => `${topic} lacks ${line}`),
    ];
  }

  beforeAll(async () => {
    system = await System.start({ seed: 9, logIn });
    for (const { point } of projectors) databases.set(point, await system.createDatabase(point));
    const manySends = ingesters.filter(({ point }) => point === 'between-sends');
    const others = ingesters.filter(({ point }) => point !== 'between-sends');
    const folding = projectors.filter(({ point }) => point !== 'in-rewind');

    // Two blocks for two sends of one transaction. They leave the best chain before anybody else sees them.
    for (const letter of ['a', 'b']) {
      const value = new Uint8Array(LARGE_PAYLOAD_BYTES).fill(letter.charCodeAt(0));
      await system.miner.mine([system.miner.wallet.operation(Buffer.concat([Buffer.from('kv=big:'), value]))]);
    }
    await Promise.all(manySends.map((victim) => victim.startArmed()));
    await allDead(manySends);
    await system.reorg(2);

    // The same history for all: a chain to catch up with, blocks at the tip, a reorganisation of what the logs have.
    const survivor = await system.ingester();
    await Promise.all(others.map((victim) => victim.startArmed()));
    await published(others);
    await system.mine(2);
    await published(others);
    await system.reorg(3);
    await allDead(others);
    await system.mine(2);
    await until(
      'the log of the survivor has the newest block',
      () => tipOfLog(system.topic),
      (hash) => hash === system.miner.tip.hash,
    );
    await Promise.all(folding.map((victim) => victim.startArmed()));
    await allDead(folding);

    // While all are down the chain goes on and reorganises.
    await system.mine(1);
    await system.reorg(2);
    await Promise.all([...ingesters, ...folding].map((victim) => victim.restart()));
    await system.mine(2);
    await published(ingesters);
    await projected(folding);
    await Promise.all([survivor, ...ingesters, ...folding].map((each) => each.stop()));
  }, 600_000);

  afterAll(async () => {
    await system?.[Symbol.asyncDispose]();
  }, 60_000);

  test.each(ingesters.map((victim) => [victim.armedAs, victim] as const))(
    'an ingester killed at %s: its log ends where the winning branch ends, and folds to the same',
    async (_point, { point, death }) => {
      expect(death).toEqual(diedAtItsPoint);
      expect(await logDifferences(topicOf(point))).toEqual([]);
    },
  );

  for (const victim of projectors.filter(({ point }) => point !== 'in-rewind')) {
    test(`a projector killed at ${victim.armedAs}: its projection equals the fold of the winning branch`, async () => {
      const { point, death } = victim;
      expect(death).toEqual(diedAtItsPoint);
      expect(await system.differences([machineFor(point)], undefined, databaseOf(point))).toEqual([]);
    });
  }

  test('a projector killed at in-rewind:1, its topic cut off and reorganised: equal to the fold of the winning branch', async () => {
    const [projector] = projectors.filter(({ point }) => point === 'in-rewind');
    if (projector === undefined) throw new Error('no failpoint in-rewind');
    const before = [
      await system.ingester(),
      await system.projector('kv', { VCHAIN_POSTGRES_URL: databaseOf(projector.point) }),
    ];
    await projected([projector]);
    await Promise.all(before.map((process) => process.stop()));
    await system.reorg(2);
    const { sequence = 0 } = (await system.log.tail(system.topic)) ?? {};
    await recreate(system, sequence - RECORDS_CUT);
    const again = await system.ingester();
    await projector.startArmed();
    await allDead([projector]);
    expect(projector.death).toEqual(diedAtItsPoint);
    await projector.restart();
    await projected([projector]);
    await Promise.all([again.stop(), projector.stop()]);
    expect(await system.differences(['kv'], undefined, databaseOf(projector.point))).toEqual([]);
  }, 300_000);
}
