/**
 * `npm run test:containers [-- <pattern> …]`: the image, docker compose and testcontainers on a real engine: the one that answers, else one of
 * Debian's, started for this run. Where official images cannot be pulled, stand-ins are built and said loudly. Ends with
 * `N passed, N failed`; exit code 69 and a line that says so where no engine can be had.
 */
import { type Docker, EngineUnavailable, openEngine, provideImages } from '@virtualchain/docker';
import { startRealParts } from '@virtualchain/local';
import { countRun, runJest, stopSignal, suiteEnvironment } from '../jest.ts';

const exitCodeUnavailable = 69;
const given = process.argv.slice(2).map((pattern) => `test/containers/.*${pattern}`);
const patterns = given.length === 0 ? ['test/containers/'] : given;
const say = (line: string): void => console.error(line);

const signal = stopSignal();
await using run = await startRealParts({ need: [] });
try {
  const engine = await openEngine(run, process.env, say);
  say(`containers: ${engine.description}`);
  await countRun(signal, async () => {
    const standIns = await provideImages(engine, say);
    say(
      standIns.length === 0 ? 'containers: every image was there' : `containers: STAND-INS for ${standIns.join(', ')}`,
    );
    const project = `vchain-test-${run.runId}`;
    const env = suiteEnvironment({ ...process.env, ...engine.env, VCHAIN_TEST_PROJECT: project });
    try {
      return await runJest({ paths: patterns, workers: 1 }, env, signal);
    } finally {
      await removeProjects(engine.docker, project);
    }
  });
} catch (error) {
  if (!(error instanceof EngineUnavailable)) throw error;
  say(`containers: not tested, ${error.message}`);
  process.exitCode = exitCodeUnavailable;
}

/** What a run that was stopped in the middle may have left of its installations. */
async function removeProjects(docker: Docker, prefix: string): Promise<void> {
  const listed = await docker.run(['compose', 'ls', '--all', '--quiet']);
  for (const project of listed.split('\n').filter((name) => name.startsWith(prefix)))
    await docker.try(['compose', '--project-name', project, 'down', '--volumes', '--timeout', '20']);
}
