import { MemoryProjection, MemoryStore } from '@virtualchain/projection';
import type { Branches } from '../actors/branches.ts';
import { type Run, TOPIC } from '../run/run.ts';
import type { BlockTree } from '../world/block-tree.ts';
import { branchTo, isAncestor, type MinedBlock } from '../world/mined-block.ts';
import { everyRecord } from '../world/shared-broker.ts';
import type { World } from '../world/world.ts';
import { check } from './checker.ts';
import type { Counted, Dump, Evidence } from './evidence.ts';
import { checkMinimum } from './minimum.ts';
import { dumpOf, oraclesOf } from './oracle.ts';

/** In every so many seeds the log is folded once more from its start. */
const REBUILD_EVERY = 4;

/** Has the checker look at what the run left behind. Answers with what it counted, null when the run failed before. */
export function judge(run: Run, evidence: Evidence): Counted | null {
  const { journal } = run;
  if (journal.hasFailed) return null;
  const { violations, counted } = check(evidence);
  journal.violations.push(...violations);
  if (!journal.hasFailed) checkMinimum(run, counted, evidence.winning.length);
  return counted;
}

export async function collectEvidence(run: Run, world: World, branches: Branches): Promise<Evidence> {
  const { chain, identity, log, machines, subscriberStore } = world;
  const { firstBlock } = run.plan;
  const branch = branchTo(branches.best);
  const [kv, activity] = (await oraclesOf(chain, [machines.kv, machines.activity], branch)) as [Dump, Dump];
  const oracles: Record<string, Dump> = { kv, activity, poisoned: activity };
  const projections = Object.entries(machines.stores).map(([name, store]) =>
    evidenceOf(name, store, oracles[name] as Dump),
  );
  if (run.seed % REBUILD_EVERY === 0) projections.push(evidenceOf('kv, rebuilt', await rebuild(run, world), kv));
  return {
    magic: identity.magic,
    firstBlock,
    winning: branch.filter(({ height }) => height >= firstBlock).map(rawBlock),
    records: await everyRecord(log.broker, TOPIC),
    hadToLeave: (hash, record) => hadToLeave(world.tree, branches, { hash, byMs: log.writtenAt(record) }),
    projections,
    subscribers: [{ name: 'subscriber', told: subscriberStore.events }],
  };
}

function rawBlock({ hash, height, built, transactions }: MinedBlock): Evidence['winning'][number] {
  return {
    hash,
    height,
    previousHash: built.previousHash,
    transactions: transactions.map(({ txid, outputs }) => ({ txid, scripts: outputs.map(({ script }) => script) })),
  };
}

function evidenceOf(name: string, store: MemoryStore, oracle: Dump): Evidence['projections'][number] {
  return { name, dump: dumpOf(store.fold), oracle, feed: store.feed };
}

/** What the log alone makes of the machine, from its first record. */
async function rebuild({ journal }: Run, { log, machines }: World): Promise<MemoryStore> {
  const store = await MemoryStore.open(machines.kv);
  const projection = new MemoryProjection(store);
  if (journal.hasFailed) return store;
  for await (const { changes } of log.direct().read(TOPIC, { after: null, untilEnd: true })) {
    await projection.advance(changes);
  }
  return store;
}

interface Leaving {
  readonly hash: string;
  readonly byMs: number;
}

/** Whether a block was invalid, or a heavier branch without it had been mined by that time. */
function hadToLeave(tree: BlockTree, { isInvalid }: Branches, { hash, byMs }: Leaving): boolean {
  const block = tree.known(hash);
  if (block === undefined) return false;
  if (isInvalid(block)) return true;
  return tree.blocks.some((each) => each.work > block.work && each.minedAt <= byMs && !isAncestor(block, each));
}
