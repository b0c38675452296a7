import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { exitCodes } from './run-service.ts';

const script = fileURLToPath(new URL('./run-service.example.ts', import.meta.url));

/** Runs the example in one of its ways, signals it as often as told, and answers how it ended. */
async function run(way: string, ...signals: readonly NodeJS.Signals[]) {
  const child = spawn(process.execPath, [script, way], { env: { ...process.env, NODE_OPTIONS: '' } });
  let log = '';
  child.stdout.on('data', (chunk) => {
    log += chunk;
  });
  await once(child.stdout, 'data');
  for (const signal of signals) {
    child.kill(signal);
    await sleep(700);
  }
  const [code] = await (child.exitCode === null ? once(child, 'close') : [child.exitCode]);
  return { code, log };
}

test.each<[string, string, readonly NodeJS.Signals[], number, string]>([
  ['SIGTERM lets it finish', 'obedient', ['SIGTERM'], exitCodes.stopped, 'stopped'],
  ['Ctrl-C lets it finish', 'obedient', ['SIGINT'], exitCodes.stopped, 'stopped'],
  ['the error of the abort itself is no failure', 'aborting', ['SIGTERM'], exitCodes.stopped, 'stopped'],
  ['work that is done ends it', 'done', [], exitCodes.stopped, 'stopped'],
  ['a foreseen failure is named by its code', 'expected', [], exitCodes.expectedFailure, 'PARENT_UNKNOWN'],
  ['a bug is a crash', 'bug', [], exitCodes.bug, 'unforeseen failure'],
  ['a rejection nobody handles is a crash', 'rejection', [], exitCodes.bug, 'unforeseen failure'],
  ['one that does not stop is stopped', 'deaf', ['SIGTERM'], exitCodes.stopTimedOut, 'did not stop in time'],
  ['a second signal forces it', 'slow', ['SIGTERM', 'SIGTERM'], exitCodes.forced, 'stopped by force'],
])('%s', async (_what, way, signals, code, said) => {
  const ended = await run(way, ...signals);
  expect(ended.log).toContain(said);
  expect(ended.code).toBe(code);
});

test('a crash shows no secret of its error, and a report of the process none of the environment', async () => {
  const { code, log } = await run('leaking');
  expect(code).toBe(exitCodes.bug);
  expect(log).toContain('refused [hidden]');
  expect(log).toContain('"javascriptStack"');
  expect(log).not.toMatch(/swordfish|"environmentVariables"/);
});
