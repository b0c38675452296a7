/** Gathers what a run left behind, for the checker: from the generator, the log, the database, the gateway and the subscribers. */
import { type BlockHash, parseBlock } from '@virtualchain/bitcoin';
import type { FeedEntry } from '@virtualchain/gateway-client';
import {
  allRows,
  type Collection,
  type Collections,
  canonicalJson,
  canonicalRow,
  type MemoryFold,
  type Row,
} from '@virtualchain/machine';
import { openKafkaLog } from '@virtualchain/operation-log';
import { type MachineInstance, MemoryProjection, MemoryStore, viewSchema } from '@virtualchain/projection';
import { type BuiltBlock, foldRawBlocks } from '@virtualchain/testing';
import pg from 'pg';
import { openReader } from '../../kit/projections.ts';
import { readWholeLines } from '../../kit/whole-lines.ts';
import type { Dump, Evidence, FeedLine } from '../../simulation/checks/evidence.ts';
import { MACHINES, type MachineName, machineOf } from '../stage/machines.ts';
import type { Stage } from '../stage/stage.ts';
import type { Told } from '../stage/told.ts';
import { readTopic } from './read-topic.ts';

/** What is checked of one machine, its chain and its subscribers. */
export interface MachineEvidence {
  readonly name: MachineName;
  readonly evidence: Evidence;
  /** The whole feed, as the gateway gives it, and what its subscriber kept: line by line the same. */
  readonly feed: readonly string[];
  readonly kept: readonly string[];
}

export function collectAll(stage: Stage): Promise<readonly MachineEvidence[]> {
  return Promise.all(MACHINES.map(({ name }) => collect(stage, name)));
}

async function collect(stage: Stage, name: MachineName): Promise<MachineEvidence> {
  const instance = await machineOf(name);
  const { chain } = instance;
  const branch = stage.work.miner.branch();
  const topic = stage.topicOf(chain.name);
  const records = await readTopic(stage.direct.broker, topic);
  const writtenAt = new Map(records.map(({ value, atMs }) => [value, atMs]));
  const feed = await wholeFeed(stage.direct.gateway, chain.name, name);
  const kept = readWholeLines<FeedEntry>(stage.feedFile(name));
  const oracle = dumpOf(await foldRawBlocks(instance, branch));
  const told = name === 'kv' ? readWholeLines<Told>(stage.toldFile).map(({ event }) => event) : null;
  return {
    name,
    feed: feed.map((entry) => JSON.stringify(entry)),
    kept: kept.map((entry) => JSON.stringify(entry)),
    evidence: {
      magic: Buffer.from(chain.magic).toString('hex'),
      firstBlock: chain.firstBlock,
      winning: branch.filter(({ height }) => height >= chain.firstBlock).map(rawBlock),
      records: records.map(({ value }) => value),
      hadToLeave: (hash, record) => hadToLeave(stage, hash, writtenAt.get(record) ?? 0),
      projections: [
        { name, dump: await dumpInPostgres(stage.direct.postgresUrl, instance), oracle, feed: feed.flatMap(lineOf) },
        { name: `${name}, rebuilt from the log`, ...(await rebuilt(stage, instance, topic)), oracle },
        { name: `${name}, of a subscriber`, dump: oracle, oracle, feed: kept.flatMap(lineOf) },
      ],
      subscribers: told === null ? [] : [{ name: 'subscriber of the topic', told }],
    },
  };
}

function rawBlock({ hash, height, previousHash, bytes }: BuiltBlock): Evidence['winning'][number] {
  const { transactions } = parseBlock(bytes);
  return {
    ...{ hash, height, previousHash },
    transactions: transactions.map(({ txid, outputs }) => ({ txid, scripts: outputs.map(({ script }) => script) })),
  };
}

/** Whether a heavier branch without the block was mined by that time: all blocks weigh the same. */
function hadToLeave({ work }: Stage, hash: string, byMs: number): boolean {
  const { miner } = work;
  const block = miner.blocks.find((each) => each.hash === hash);
  if (block === undefined) return false;
  return miner.blocks.some(
    (each) =>
      each.height > block.height &&
      work.minedAt(each.hash) <= byMs &&
      !isAncestor(block, each.hash, (parent) => miner.block(parent)),
  );
}

function isAncestor(block: BuiltBlock, of: BlockHash, blockOf: (hash: BlockHash) => BuiltBlock): boolean {
  let each = blockOf(of);
  while (each.height > block.height) each = blockOf(each.previousHash);
  return each.hash === block.hash;
}

/** By plain SQL where the tables say it all; rows of collections as the reads of a machine give them. */
async function dumpInPostgres(url: string, instance: MachineInstance): Promise<Dump> {
  const schema = pg.escapeIdentifier(viewSchema(instance));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const blocks = await client.query(
    `select height, hash, ops_hash as "opsHash", consensus_hash as "consensusHash", changes_hash as "changesHash"
     from ${schema}.blocks where consensus_hash is not null order by height`,
  );
  const operations = await client.query(
    `select b.hash as block, o.txid, o.verdict from ${schema}.operations o join ${schema}.blocks b using (height)
     order by o.height, o.position`,
  );
  await client.end();
  const collections = Object.entries(instance.machine.collections as Collections);
  await using reader = await openReader(url, instance);
  const tables = await reader.read('tip', async (reading) => {
    const read: Record<string, readonly string[]> = {};
    for (const [name, collection] of collections) read[name] = spelled(collection, await allRows(reading, name));
    return read;
  });
  return { blocks: blocks.rows, operations: operations.rows, tables };
}

function dumpOf(fold: MemoryFold): Dump {
  const collections = Object.entries(fold.machine.collections as Collections);
  return {
    blocks: fold.blocks.map(({ block, opsHash, consensusHash, changesHash }) => {
      return { height: block.height, hash: block.hash, opsHash, consensusHash, changesHash };
    }),
    operations: fold.blocks.flatMap(({ block, outcomes }) =>
      outcomes.map(({ event, verdict }) => ({ block: block.hash, txid: event.txid, verdict: verdict.kind })),
    ),
    tables: Object.fromEntries(
      collections.map(([name, collection]) => [name, spelled(collection, fold.state.dump(name))]),
    ),
  };
}

function spelled(collection: Collection, rows: readonly Row[]): readonly string[] {
  return rows.map((row) => canonicalJson(canonicalRow(collection, row))).sort();
}

/** What the log alone makes of the machine, from its first record. */
async function rebuilt(
  stage: Stage,
  instance: MachineInstance,
  topic: string,
): Promise<{ readonly dump: Dump; readonly feed: readonly FeedLine[] }> {
  const store = await MemoryStore.open(instance.machine);
  const projection = new MemoryProjection(store);
  await using log = openKafkaLog({ brokers: [stage.direct.broker] });
  for await (const { changes } of log.read(topic, { after: null, untilEnd: true })) await projection.advance(changes);
  return { dump: dumpOf(store.fold), feed: store.feed };
}

/** Every entry from the start, page by page. */
async function wholeFeed(gateway: string, chain: string, machine: string): Promise<readonly FeedEntry[]> {
  const entries: FeedEntry[] = [];
  for (let query = 'from=start'; ; ) {
    const response = await fetch(`${gateway}/v1/chains/${chain}/machines/${machine}/feed?${query}&limit=500`);
    if (response.status !== 200) throw new Error(`the feed of ${machine}: ${response.status} ${await response.text()}`);
    const page = (await response.json()) as { entries: FeedEntry[]; cursor: string; isEnd: boolean };
    entries.push(...page.entries);
    if (page.isEnd) return entries;
    query = `after=${page.cursor}`;
  }
}

const LINE_KINDS: Readonly<Record<string, FeedLine['kind']>> = {
  'block.opened': 'connected',
  'block.sealed': 'sealed',
  'block.retracted': 'disconnected',
};

function lineOf(entry: FeedEntry): readonly FeedLine[] {
  if (entry.kind === 'genesis') return [];
  const txid = 'operation' in entry ? entry.operation.txid : null;
  return [{ kind: LINE_KINDS[entry.kind] ?? 'operation', hash: entry.blockHash, txid }];
}
