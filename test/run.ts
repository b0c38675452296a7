/**
 * `npm test [-- --node bitcoind|btcd] [<pattern> …]`: all suites on real parts. Kafka and Postgres are started once for
 * all of them, where one of them uses them (those that kill servers start their own), nodes by each suite, of the kind that
 * is named. Ends with `N passed, N failed`.
 */
import { findBitcoind, type RealParts, startRealParts } from '@virtualchain/local';
import { add, countRun, nothingRun, runJest, type Suites, stopSignal, suiteEnvironment, suitesOf } from './jest.ts';
import { needServers } from './needs-servers.ts';
import { nodeSettings, readNodeFlag } from './node-choice.ts';

/** A demo of this repository is found by every command of it that is told of no other place. */
const DEMO = ['test/e2e/node-alone.test'];

type Phase = Suites & { readonly name: string };

const PHASES: readonly Phase[] = [
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
      'test/docs/',
    ],
    workers: 2,
  },
  { name: 'simulation', paths: ['test/simulation/'], workers: 1 },
  {
    name: 'end to end',
    paths: ['test/e2e/', 'test/load/', 'test/packages/', 'test/browser/'],
    without: DEMO,
    workers: 2,
  },
  { name: 'the demo', paths: DEMO, workers: 1 },
];

/** What suites are told of the servers of the run; `test/kit/shared-servers.ts` reads it. */
const sharedBy = ({ kafka, postgres }: RealParts<'kafka' | 'postgres'>): NodeJS.ProcessEnv => ({
  VCHAIN_TEST_KAFKA_BROKERS: kafka.brokers.join(','),
  VCHAIN_TEST_POSTGRES_URL: postgres.url,
});

const signal = stopSignal();
await countRun(signal, async () => {
  const { node, patterns } = readNodeFlag(process.argv.slice(2));
  const chosen = await nodeSettings(node, process.env, (line) => console.error(line));
  const phases: readonly Phase[] =
    patterns.length > 0 ? [{ name: patterns.join(' '), paths: patterns, workers: 1 }] : PHASES;
  const ours = suiteEnvironment({ ...process.env, ...chosen });
  const suites = await suitesOf(
    phases.flatMap(({ paths }) => paths),
    ours,
  );
  await using parts = needServers(suites) ? await startRealParts({ need: ['kafka', 'postgres'] }) : null;
  const env = parts === null ? ours : { ...ours, ...sharedBy(parts) };
  const bitcoind = findBitcoind(env);
  const needy = bitcoind === undefined ? 'none, so that the suites that are about one are skipped' : bitcoind;
  console.error(`node: ${node ?? 'whatever this machine has'}; bitcoind: ${needy}`);
  let total = nothingRun;
  for (const phase of phases) {
    if (signal.aborted) break;
    console.error(`\n— ${phase.name}`);
    total = add(total, await runJest(phase, env, signal));
  }
  return total;
});
