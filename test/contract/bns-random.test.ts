/**
 * Ten chains of 300 random blocks of the name system go through Kafka into Postgres, over detours on other branches, and
 * end in what a straight fold on memory ends in.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { type LogChange, openKafkaLog } from '@virtualchain/operation-log';
import { MemoryProjection, MemoryStore, openProjection, readHashes } from '@virtualchain/projection';
import { drawChain } from '../kit/bns-random/chain.ts';
import { withDetours } from '../kit/bns-random/detours.ts';
import { againOf, BLOCKS, SEEDS } from '../kit/bns-random/seeds.ts';
import { rowsOf } from '../kit/projections.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import type { Random } from '../simulation/random.ts';
import { readAll } from './kv-log.ts';

let parts: RealParts<'kafka' | 'postgres'>;

beforeAll(async () => {
  parts = await startRealParts({ need: ['kafka', 'postgres'], env: sharedServers(), log: () => undefined });
}, 600_000);

afterAll(async () => parts?.[Symbol.asyncDispose]());

const entriesPerAppend = 40;
const changesPerBatchMax = 60;

test.each(SEEDS.map((seed) => [seed, againOf(seed, 'test/contract/bns-random')]))(
  'seed %s: log, Postgres and detours end in the hashes of a straight fold on memory (again: %s)',
  async (seed) => {
    const { instance, inputs, fold, random } = await drawChain(seed, BLOCKS);
    const { chain, machine, network } = instance;
    const topic = `bns-random-${seed}-${Date.now()}`;
    await using log = openKafkaLog({ brokers: parts.kafka.brokers });
    await log.ensureTopic(topic);
    const magic = Buffer.from(chain.magic).toString('hex');
    {
      await using writer = await log.openWriter({
        topic,
        network,
        chain: chain.name,
        magic,
        firstBlock: chain.firstBlock,
      });
      for (const entries of batches(withDetours(random, inputs), () => entriesPerAppend)) await writer.append(entries);
    }
    const url = await parts.postgres.createDatabase(`bns_random_${seed}`);
    await using projection = await openProjection(url, instance);
    const store = await MemoryStore.open(machine);
    await using onMemory = new MemoryProjection(store);
    for (const changes of batches(await readAll(log, topic), sizes(random))) {
      await projection.advance(changes);
      await onMemory.advance(changes);
      expect((await readHashes(projection)).at(-1)).toMatchObject({
        consensusHash: store.fold.tip?.consensusHash,
        changesHash: store.fold.tip?.changesHash,
      });
    }
    const hashes = (await readHashes(projection)).map(({ consensusHash, changesHash }) => [consensusHash, changesHash]);
    const straight = fold.blocks.map(({ consensusHash, changesHash }) => [consensusHash, changesHash]);
    expect(hashes).toEqual(straight);
    expect(store.fold.blocks.map(({ consensusHash, changesHash }) => [consensusHash, changesHash])).toEqual(straight);
    for (const collection of Object.keys(machine.collections)) {
      expect(await rowsOf(projection, collection)).toEqual(fold.state.dump(collection));
      expect(store.fold.state.dump(collection)).toEqual(fold.state.dump(collection));
    }
  },
  600_000,
);

const sizes = (random: Random) => () => random.between(1, changesPerBatchMax);

function* batches<Item extends LogChange | object>(
  items: readonly Item[],
  size: () => number,
): Iterable<readonly Item[]> {
  for (let from = 0; from < items.length; ) {
    const to = from + size();
    yield items.slice(from, to);
    from = to;
  }
}
