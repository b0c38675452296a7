/** `npm run stand-ins`: sees to the images that docker-compose.yml and the Dockerfile name, on the engine that answers. */
import { isExpectedError } from '@virtualchain/kernel';
import { startRealParts } from '@virtualchain/local';
import { openEngine, provideImages } from '../src/index.ts';

const say = (line: string): void => console.error(line);
try {
  await using run = await startRealParts({ need: [] });
  const engine = await openEngine(run, process.env, say);
  say(engine.description);
  const built = await provideImages(engine, say);
  console.log(built.length === 0 ? 'every image is there' : `stand-ins built: ${built.join(', ')}`);
} catch (error) {
  if (!isExpectedError(error)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
}
