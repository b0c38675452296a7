import type { Env } from '@virtualchain/process';

/**
 * Kafka and Postgres that the test run started once for all suites, as if the environment had given them; without them
 * the environment as it is. Suites that stop or kill servers start their own instead.
 */
export function sharedServers(env: Env = process.env): Env {
  const { VCHAIN_TEST_KAFKA_BROKERS: brokers, VCHAIN_TEST_POSTGRES_URL: postgresUrl } = env;
  return {
    ...env,
    ...(brokers === undefined ? {} : { VCHAIN_KAFKA_BROKERS: brokers }),
    ...(postgresUrl === undefined ? {} : { VCHAIN_POSTGRES_URL: postgresUrl }),
  };
}
