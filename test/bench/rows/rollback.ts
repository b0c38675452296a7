import { createMemoryLog, type LogChange, type LogEntry } from '@virtualchain/operation-log';
import { type PostgresProjection, readHashes } from '@virtualchain/projection';
import { readAll } from '../../contract/kv-log.ts';
import type { Bench } from '../harness/bench.ts';
import { measured } from '../harness/processes.ts';
import { advanceAll, KV_TOPIC, openKv } from '../kit/kv-run.ts';
import { makeWorkload } from '../workloads/blocks.ts';
import { entriesOf, workloadIdentity } from '../workloads/entries.ts';

/** What stands below the fork. */
const COMMON_BLOCKS = 8;
/** Depth of the reorganisation, and a block's share of the operations of W2. */
const SHAPES = [
  { depth: 1, scale: 1 },
  { depth: 6, scale: 0.25 },
  { depth: 100, scale: 0.05 },
  { depth: 1_088, scale: 0.01 },
] as const;
const QUICK = { depthMax: 100, scaleMax: 0.1 };

type Connect = Extract<LogEntry, { kind: 'connect' }>;

/** A reorganisation in one transaction: so many blocks are taken back, and one more of another branch are folded. */
const rollback = ({ depth, scale }: (typeof SHAPES)[number]): Bench => ({
  name: 'rollback',
  workload: `depth ${depth}`,
  peer: 'the blocks of both branches folded forward',
  target: { kind: 'time', atMost: 1 },
  note: 'At most as much as forward: taking a block back costs no more than folding it. The new branch, which is folded in the same transaction, is most of it.',
  async open({ quick, parts, cpuMsOf }) {
    const { postgres } = await parts();
    const postgresMs = await cpuMsOf('postgres');
    const depthHere = quick ? Math.min(depth, QUICK.depthMax) : depth;
    const branches = await makeBranches(depthHere, quick ? Math.min(scale, QUICK.scaleMax) : scale);
    let made = 0;
    const openAfter = async (...written: readonly (readonly LogChange[])[]): Promise<PostgresProjection> => {
      const projection = await openKv(await postgres.createDatabase(`rollback_${depth}_${made++}`));
      for (const changes of written) await advanceAll(projection, changes, 200);
      return projection;
    };
    return {
      async ours() {
        await using projection = await openAfter(branches.common, branches.old);
        const one = await measured(() => projection.advance(branches.reorg).then(() => ''), postgresMs);
        return { ...one, answer: await tipOf(projection) };
      },
      async peer() {
        await using first = await openAfter(branches.common);
        await using second = await openAfter(branches.commonOfNew);
        const one = await measured(async () => {
          await first.advance(branches.old);
          await second.advance(branches.new);
          return '';
        }, postgresMs);
        return { ...one, answer: await tipOf(second) };
      },
      details: () => [`blocks taken back: ${depthHere}`],
      async [Symbol.asyncDispose]() {},
    };
  },
});

async function tipOf(projection: PostgresProjection): Promise<string> {
  const tip = (await readHashes(projection)).at(-1);
  return `${tip?.height} ${tip?.hash} ${tip?.consensusHash} ${tip?.changesHash}`;
}

/** The changes of two logs: one that goes along the old branch and over to the new one, one that has the new one only. */
async function makeBranches(depth: number, scale: number) {
  const entries = entriesOf(makeWorkload('W2', COMMON_BLOCKS + depth + 1, scale)) as readonly Connect[];
  const [common, old] = [entries.slice(0, COMMON_BLOCKS), entries.slice(COMMON_BLOCKS, -1)];
  const other = entries.slice(COMMON_BLOCKS).map((entry, i) => onOtherBranch(entry, i === 0));
  const taken = old.toReversed().map(({ block: { height, hash, previousHash } }): LogEntry => {
    return { kind: 'disconnect', block: { height, hash, previousHash } };
  });
  const detour = await changesOf([...common, ...old, ...taken, ...other]);
  const straight = await changesOf([...common, ...other]);
  return {
    common: detour.slice(0, common.length),
    old: detour.slice(common.length, common.length + depth),
    reorg: detour.slice(common.length + depth),
    commonOfNew: straight.slice(0, common.length),
    new: straight.slice(common.length),
  };
}

/** The same operations in other blocks. */
function onOtherBranch({ block, operations }: Connect, isFirst: boolean): Connect {
  const rename = (hash: string) => `f${hash.slice(1)}` as typeof block.hash;
  const hash = rename(block.hash);
  const previousHash = isFirst ? block.previousHash : rename(block.previousHash);
  return {
    kind: 'connect',
    block: { ...block, hash, previousHash },
    operations: operations.map((operation) => ({ ...operation, blockHash: hash })),
  };
}

async function changesOf(entries: readonly LogEntry[]): Promise<readonly LogChange[]> {
  await using log = createMemoryLog();
  await log.ensureTopic(KV_TOPIC);
  await using writer = await log.openWriter(workloadIdentity(KV_TOPIC));
  for (const entry of entries) await writer.append([entry]);
  return readAll(log, KV_TOPIC);
}

export const benches: readonly Bench[] = SHAPES.map(rollback);
