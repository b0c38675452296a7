import type { RealParts } from '@virtualchain/local';
import { type OperationLog, openKafkaLog } from '@virtualchain/operation-log';
import { openRegistry, readStatuses } from '@virtualchain/projection';
import { createNodeModel, type NodeModel } from '../../kit/node-model.ts';
import { type ScriptedNode, startScriptedNode } from '../../kit/scripted-node.ts';
import { until } from '../../kit/until.ts';
import type { Bench, BenchContext, Measured, OpenBench } from '../harness/bench.ts';
import { cpuMsOfProcesses } from '../harness/processes.ts';
import { endedEarly, makePlace, type Place, type Stage, stageScript, startStage } from '../kit/stages.ts';
import { makeWorkload } from '../workloads/blocks.ts';

const BLOCKS = 30;
const QUICK = { blocks: 8, scale: 0.1 };
const LIMIT_MS = 600_000;

/** What the processes of a run work on. */
interface Setting {
  readonly parts: RealParts<'kafka' | 'postgres'>;
  readonly node: ScriptedNode;
  readonly log: OperationLog;
  readonly serversCpuMs: () => number;
}

/** Both stages at once, against the slower one alone: processes of their own, from their start to the last block. */
const sync: Bench = {
  name: 'sync',
  workload: 'W2, node to Postgres',
  peer: 'the slowest stage alone',
  target: { kind: 'wall-speed', atLeast: 0.8 },
  rounds: 3,
  quickRounds: 1,
  note: 'Ingester and projector at once, from their start to the last block, against the slower of the two alone. The node is a server that hands out made blocks from memory. What limits it: the machine. Both processes, Kafka and Postgres take 1.8 of its two cores; the slower stage alone takes 1.3 with them.',
  async open(context) {
    const { blocks } = context.quick
      ? makeWorkload('W2', QUICK.blocks, QUICK.scale, true)
      : makeWorkload('W2', BLOCKS, 1, true);
    const model = createNodeModel();
    for (const { bytes } of blocks) model.submit(bytes);
    return openSync(context, model);
  },
};

async function openSync(context: BenchContext, model: NodeModel): Promise<OpenBench> {
  const parts = await context.parts();
  const [kafka, postgres] = [await context.cpuMsOf('kafka'), await context.cpuMsOf('postgres')];
  const node = await startScriptedNode({}, model);
  const log = openKafkaLog({ brokers: parts.kafka.brokers });
  const setting: Setting = { parts, node, log, serversCpuMs: () => kafka() + postgres() };
  const slowest: string[] = [];
  return {
    async ours() {
      return run(setting, await makePlace(parts, 'sync'), ['ingester', 'projector']);
    },
    async peer(round) {
      const place = await makePlace(parts, 'apart');
      const ingested = await run(setting, place, ['ingester']);
      const projected = await run(setting, place, ['projector']);
      const isIngester = ingested.wallMs > projected.wallMs;
      if (round >= 0) slowest.push(isIngester ? 'ingester' : 'projector');
      return isIngester ? ingested : projected;
    },
    details: () => [`slowest stage alone: ${slowest.join(' ')}`],
    async [Symbol.asyncDispose]() {
      await log.close();
      await node[Symbol.asyncDispose]();
    },
  };
}

/** Starts the processes of these stages, and ends them when the last stage has the newest block. */
async function run(setting: Setting, place: Place, stages: readonly Stage[]): Promise<Measured> {
  const { node, log, serversCpuMs } = setting;
  const tip = node.model.best.block.hash;
  const { topic } = place;
  await log.ensureTopic(topic);
  await using registry = await openRegistry(place.postgresUrl);
  const serversBefore = serversCpuMs();
  const startedAt = performance.now();
  const running = await Promise.all(stages.map((stage) => startStage(setting, place, stage)));
  const isDone = stages.includes('projector')
    ? async () => (await readStatuses(registry).catch(() => [])).some((status) => status.tip?.hash === tip)
    : async () => (await log.tail(topic))?.block?.hash === tip;
  const failed = Promise.race(running.map(endedEarly));
  await Promise.race([failed, until(`block ${tip}`, isDone, (done) => done, LIMIT_MS)]);
  const wallMs = performance.now() - startedAt;
  const ours = stages
    .map((stage) => cpuMsOfProcesses(stageScript(stage), place.prefix))
    .reduce((sum, one) => sum + one, 0);
  const cpuMs = ours + serversCpuMs() - serversBefore;
  await Promise.all(running.map((one) => one.stop()));
  return { cpuMs, wallMs, answer: tip };
}

export const benches = [sync];
