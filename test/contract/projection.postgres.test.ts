import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { openProjection, viewSchema } from '@virtualchain/projection';
import { Client } from '../kit/postgres-client.ts';
import { rowsOf } from '../kit/projections.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { changesOf, connectKv, kvInstance } from './kv-log.ts';
import { projectionContract } from './projection.contract.ts';

let parts: RealParts<'postgres'>;
let databases = 0;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
}, 120_000);

afterAll(async () => {
  await parts?.[Symbol.asyncDispose]();
});

projectionContract('postgres', async (instance) => {
  const url = await parts.postgres.createDatabase(`projection_${++databases}`);
  const reader = await openProjection(url, instance);
  const client = await Client.connect(url);
  const column = async (name: string): Promise<readonly string[]> => {
    const rows = await client.rows(`select ${name} as value from ${reader.schema}.blocks order by height`);
    return rows.map(({ value }) => String(value));
  };
  return {
    open: () => openProjection(url, instance),
    rows: (collection, at) => rowsOf(reader, collection, at),
    consensusHashes: () => column('consensus_hash'),
    changesHashes: () => column('changes_hash'),
    feed: async () => {
      const rows = await client.rows(
        `select kind, height, verdict from ${viewSchema(instance)}.feed order by position`,
      );
      return rows.map(({ kind, height, verdict }) => [kind, height, ...(verdict === null ? [] : [verdict])].join(' '));
    },
    failNextCommit: async () => {
      await client.rows(`create sequence ${reader.schema}.commits`);
      await client.rows(`create function ${reader.schema}.fail_once() returns trigger language plpgsql as
        $$ begin if nextval('${reader.schema}.commits') = 1 then raise exception 'the commit failed'; end if; return null; end $$`);
      await client.rows(`create constraint trigger fail_once after update on ${reader.schema}.checkpoint
        deferrable initially deferred for each row execute function ${reader.schema}.fail_once()`);
    },
    dispose: async () => {
      await client.close();
      await reader.close();
    },
  };
});

test('gone-checkpoint: where the row of the checkpoint is gone, nothing is written', async () => {
  const url = await parts.postgres.createDatabase(`projection_${++databases}`);
  await using projection = await openProjection(url, kvInstance());
  await using client = await Client.connect(url);
  const [first, second] = await changesOf([connectKv('0', ['alice +a']), connectKv('0a', ['alice +b'])]);
  if (first === undefined || second === undefined) throw new RangeError('two blocks make two changes');
  await projection.advance([first]);
  await client.rows(`delete from ${projection.schema}.checkpoint`);
  await expect(projection.advance([second])).rejects.toMatchObject({ code: 'CHECKPOINT_MOVED' });
  const [kept] = await client.rows(`select count(*)::integer as blocks from ${projection.schema}.blocks`);
  expect(kept).toEqual({ blocks: 1 });
});
