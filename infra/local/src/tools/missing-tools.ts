import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ExpectedError } from '@virtualchain/kernel';
import { chooseLocalNode } from '../node/local-node.ts';
import type { PartName } from '../part.ts';
import { type Env, isCached } from './cache.ts';
import { javaCommand } from './tools.ts';
import { btcdCacheEntry, kafkaCacheEntry } from './versions.ts';

const runFile = promisify(execFile);
const versionTimeoutMs = 20_000;
const javaVersionMin = 17;
/** From 1.21 on Go fetches the newer toolchain that btcd asks for. */
const goMinorVersionMin = 21;

/** What is missing to run parts as local processes; all of it, with every way out. */
export class ToolsMissing extends ExpectedError {
  override readonly name = 'ToolsMissing';
  readonly code = 'TOOLS_MISSING';
  readonly remedy = 'halt';
}

/** Fails unless every tool is there that the local parts need; what is in the cache needs no tool to make it. */
export async function requireTools(parts: readonly PartName[], env: Env): Promise<void> {
  const problems = await Promise.all(
    parts.map(async (part) => (await missingTools(part, env)).map((problem) => advise(part, problem))),
  );
  const all = problems.flat();
  if (all.length > 0) throw new ToolsMissing(`Some parts cannot be started on this machine:\n${all.join('\n')}`);
}

/** The tools that a part lacks to be a local process, each with what to install. */
export async function missingTools(part: PartName, env: Env): Promise<readonly string[]> {
  return (await findProblems(part, env)).filter((problem) => problem !== undefined);
}

/** Why no node can be started as a local process; null when one can. */
export async function nodeProblem(env: Env): Promise<string | null> {
  return requireTools(['node'], env).then(
    () => null,
    (error: Error) => error.message,
  );
}

async function findProblems(part: PartName, env: Env): Promise<readonly (string | undefined)[]> {
  switch (part) {
    case 'kafka':
    case 'log': {
      const found = [await javaProblem(env)];
      if (!isCached(env, kafkaCacheEntry)) found.push(await mavenProblem(env));
      return found;
    }
    case 'node': {
      const needsGo = chooseLocalNode(env).kind === 'btcd' && !isCached(env, btcdCacheEntry);
      return needsGo ? [await goProblem(env)] : [];
    }
    case 'postgres':
      return []; // comes with npm
  }
}

const BROKERS = 'VCHAIN_KAFKA_BROKERS to a running broker (host:port)';

/** What can be set in place of a local process. */
const SETTINGS: Readonly<Record<PartName, string>> = {
  kafka: BROKERS,
  log: BROKERS,
  node: 'VCHAIN_BITCOIND to the executable of a bitcoind, or VCHAIN_NODE_URL to a running regtest node (http://user:password@host:port)',
  postgres: 'VCHAIN_POSTGRES_URL to a running Postgres',
};

function advise(part: PartName, problem: string): string {
  return `  ${part}: ${problem}; or start a Docker engine; or set ${SETTINGS[part]}.`;
}

async function javaProblem(env: Env): Promise<string | undefined> {
  const command = javaCommand(env);
  const version = await askVersion(command, ['-version'], /version "(?:1\.)?(\d+)/, env);
  if (version === undefined)
    return `${command} was not found: install a JDK or JRE, version ${javaVersionMin} or later`;
  if (version < javaVersionMin) return `${command} is version ${version}: install version ${javaVersionMin} or later`;
  return undefined;
}

async function mavenProblem(env: Env): Promise<string | undefined> {
  const version = await askVersion('mvn', ['-v'], /Maven (\d+\.\d+)/, env);
  return version === undefined ? 'mvn was not found: install Apache Maven 3.6 or later' : undefined;
}

async function goProblem(env: Env): Promise<string | undefined> {
  const found = await readOutput('go', ['version'], env);
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(found ?? '') ?? [];
  if (major === undefined || minor === undefined) return 'go was not found: install Go 1.25 or later';
  const tooOld = Number(major) === 1 && Number(minor) < goMinorVersionMin;
  return tooOld ? `go is version ${major}.${minor}: install Go 1.25 or later (1.21 can fetch it itself)` : undefined;
}

async function askVersion(command: string, args: readonly string[], pattern: RegExp, env: Env) {
  const [, version] = pattern.exec((await readOutput(command, args, env)) ?? '') ?? [];
  return version === undefined ? undefined : Number(version);
}

async function readOutput(command: string, args: readonly string[], env: Env): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await runFile(command, [...args], { env: { ...env }, timeout: versionTimeoutMs });
    return `${stdout}\n${stderr}`;
  } catch {
    return undefined;
  }
}
