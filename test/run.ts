/**
 * `npm test [-- --node bitcoind|btcd] [<pattern> …]`: all suites on real parts. Kafka and Postgres are started once for
 * all of them, where one of them uses them (those that kill servers start their own), nodes by each suite, of the kind that
 * is named. Ends with `N passed, N failed`.
 */
import { findBitcoind, type RealParts, startRealParts } from '@virtualchain/local';
import { add, countRun, nothingRun, runJest, type Suites, stopSignal, suiteEnvironment, suitesOf } from './jest.ts';
import { needServers } from './needs-servers.ts';
import { nodeSettings, readNodeFlag } from './node-choice.ts';

/** A demo of this repository is found by every command of it that is told of no other place: none of those runs beside it. */
const DEMO = ['test/e2e/node-alone.test'];
const SIMULATION = ['test/simulation/'];
/** Mostly waits, for processes that it killed or froze. */
const CHAOS = ['test/chaos/chaos.test'];
const OTHERS = ['libs/', 'services/', 'infra/', 'test/'];

/** One more than the cores that are counted on: suites on real parts wait more than they compute. */
const WORKERS = 3;
/** Of the simulation: its seeds take all cores for themselves. */
const SIMULATION_WORKERS = 2;

type Phase = Suites & { readonly name: string };

const PHASES: readonly Phase[] = [
  {
    name: 'all suites but those of the simulation and the demo',
    paths: OTHERS,
    without: [...SIMULATION, ...DEMO, ...CHAOS, 'test/containers/'],
    workers: WORKERS,
  },
  {
    name: 'the simulation, the demo and chaos beside it',
    paths: [...SIMULATION, ...DEMO, ...CHAOS],
    workers: SIMULATION_WORKERS,
  },
];

/** What was asked for by name. */
function phasesOf(patterns: readonly string[], suites: readonly string[]): readonly Phase[] {
  const hasDemo = suites.some((suite) => DEMO.some((path) => suite.includes(path)));
  const asked = { name: patterns.join(' '), paths: patterns, without: DEMO, workers: WORKERS };
  return hasDemo ? [asked, { name: 'the demo', paths: DEMO, workers: 1 }] : [asked];
}

/** What suites are told of the servers of the run; `test/kit/shared-servers.ts` reads it. */
const sharedBy = ({ kafka, postgres }: RealParts<'kafka' | 'postgres'>): NodeJS.ProcessEnv => ({
  VCHAIN_TEST_KAFKA_BROKERS: kafka.brokers.join(','),
  VCHAIN_TEST_POSTGRES_URL: postgres.url,
});

const signal = stopSignal();
await countRun(signal, async () => {
  const { node, patterns } = readNodeFlag(process.argv.slice(2));
  const chosen = await nodeSettings(node, process.env, (line) => console.error(line));
  const ours = suiteEnvironment({ ...process.env, ...chosen });
  const suites = await suitesOf(patterns.length > 0 ? patterns : OTHERS, ours);
  const phases = patterns.length > 0 ? phasesOf(patterns, suites) : PHASES;
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
