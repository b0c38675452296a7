/**
 * `npm test [-- --node bitcoind|btcd] [<pattern> …]`: all suites on real parts. Kafka and Postgres are started once for
 * all of them (those that kill servers start their own), nodes by each suite, of the kind that is named; the checks of the
 * whole system run one after the other. Ends with `N passed, N failed`.
 */
import { findBitcoind, startRealParts } from '@virtualchain/local';
import { add, countRun, nothingRun, runJest, stopSignal, suiteEnvironment } from './jest.ts';
import { nodeSettings, readNodeFlag } from './node-choice.ts';

const PHASES = [
  {
    name: 'unit and contract suites',
    paths: [
      'libs/',
      'services/',
      'infra/',
      'test/contract/',
      'test/conformance/',
      'test/scenarios/',
      'test/architecture/',
      'test/mutants/',
      'test/bench/',
    ],
    workers: 2,
  },
  { name: 'simulation', paths: ['test/simulation/'], workers: 1 },
  { name: 'end to end', paths: ['test/e2e/', 'test/packages/'], workers: 1 },
];

const signal = stopSignal();
await countRun(signal, async () => {
  const { node, patterns } = readNodeFlag(process.argv.slice(2));
  const chosen = await nodeSettings(node, process.env, (line) => console.error(line));
  await using parts = await startRealParts({ need: ['kafka', 'postgres'] });
  const env = suiteEnvironment({
    ...process.env,
    ...chosen,
    VCHAIN_TEST_KAFKA_BROKERS: parts.kafka.brokers.join(','),
    VCHAIN_TEST_POSTGRES_URL: parts.postgres.url,
  });
  const bitcoind = findBitcoind(env);
  const needy = bitcoind === undefined ? 'none, so that the suites that are about one are skipped' : bitcoind;
  console.error(`node: ${node ?? 'whatever this machine has'}; bitcoind: ${needy}`);
  const phases = patterns.length > 0 ? [{ name: patterns.join(' '), paths: patterns, workers: 1 }] : PHASES;
  let total = nothingRun;
  for (const phase of phases) {
    if (signal.aborted) break;
    console.error(`\n— ${phase.name}`);
    total = add(total, await runJest(phase.paths, phase.workers, env, signal));
  }
  return total;
});
