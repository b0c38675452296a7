import { afterAll, beforeAll, jest } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { sharedServers } from '../kit/shared-servers.ts';
import { operationLogContract } from './operation-log.contract.ts';
import { postgresHarness } from './postgres-hands.ts';

jest.setTimeout(60_000);

let parts: RealParts<'postgres'>;
let databases = 0;
beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
}, 180_000);
afterAll(async () => parts?.[Symbol.asyncDispose](), 60_000);

/** An empty database: the tables of the log are not there yet. */
async function newDatabase(): Promise<string> {
  databases += 1;
  return parts.postgres.createDatabase(`log_${parts.runId}_${databases}`.toLowerCase().replace(/[^a-z0-9_]/g, '_'));
}

operationLogContract('Postgres', async () => postgresHarness(await newDatabase(), async () => undefined));
