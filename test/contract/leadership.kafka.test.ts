import { afterAll, beforeAll, jest } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { openKafkaElection, openKafkaLog } from '@virtualchain/operation-log';
import { sharedServers } from '../kit/shared-servers.ts';
import { leadershipContract } from './leadership.contract.ts';

jest.setTimeout(60_000);

/** So long that nobody could mistake a member that was waited for for one that left, on the slowest machine. */
const SESSION_TIMEOUT_MS = 240_000;

let parts: RealParts<'kafka'>;
beforeAll(async () => {
  parts = await startRealParts({ need: ['kafka'], env: sharedServers(), log: () => undefined });
}, 180_000);
afterAll(async () => parts?.[Symbol.asyncDispose]());

leadershipContract(() => ({
  handOverLimitMs: SESSION_TIMEOUT_MS / 2,
  open: () => openKafkaElection({ brokers: parts.kafka.brokers, sessionTimeoutMs: SESSION_TIMEOUT_MS }),
  async ensureTopic(topic) {
    await using log = openKafkaLog({ brokers: parts.kafka.brokers });
    await log.ensureTopic(topic);
  },
}));
