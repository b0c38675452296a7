/**
 * Runs a script of this repository under its own Node, installing what is missing first:
 * `node infra/bootstrap.mjs node <script.ts> [argument…]`.
 *
 * It runs under any Node from 20 on and imports nothing but Node itself, because it runs before anything is installed.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.vchain-installed');
const lock = join(root, '.vchain', 'install.lock');
const ownNode = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

const lockPollMs = 250;
const parentPollMs = 500;
/** An installation that says nothing for this long is taken for dead even if its process id is in use again. */
const lockAgeMaxMs = 20 * 60_000;

/** What the installed packages must agree with. */
async function wanted() {
  return createHash('sha256')
    .update(await readFile(join(root, 'package-lock.json')))
    .digest('hex');
}

async function packagesOf(lockFile) {
  return JSON.parse(await readFile(lockFile, 'utf8')).packages ?? {};
}

/**
 * True if somebody ran npm by hand and what npm says it installed is what package-lock.json asks for. Of links npm says so
 * too when it only wrote the lock file (`--package-lock-only`), so they are looked at.
 */
async function isInstalledByHand() {
  const [asked, present] = await Promise.all([
    packagesOf(join(root, 'package-lock.json')),
    packagesOf(join(modules, '.package-lock.json')).catch(() => ({})),
  ]);
  return Object.entries(asked).every(
    ([path, { version, optional, link }]) =>
      !path.includes('node_modules/') ||
      optional ||
      (link ? existsSync(join(root, path)) : present[path]?.version === version),
  );
}

async function isInstalled() {
  if (!existsSync(ownNode)) return false;
  const stamp = await readFile(stampFile, 'utf8').catch(() => '');
  if (stamp.trim() === (await wanted())) return true;
  if (!(await isInstalledByHand())) return false;
  await writeFile(stampFile, `${await wanted()}\n`);
  return true;
}

/** `npm` as the caller runs it: the npm that started us, else the one on the path. */
function npm(args) {
  const script = process.env.npm_execpath;
  // Under `npm start` we may be running the very Node that is about to be replaced.
  const ownScript = script?.endsWith('npm-cli.js') && !process.execPath.startsWith(modules);
  const [command, first] = ownScript ? [process.execPath, [script]] : ['npm', []];
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...first, ...args], {
      cwd: root,
      stdio: ['ignore', 2, 2], // what the script prints to stdout stays clean
      shell: command === 'npm' && process.platform === 'win32',
    });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/**
 * Installs exactly what package-lock.json says. `npm ci` refuses a lock file that was written where some platforms'
 * optional packages could not be seen; `npm install --no-save` takes the same versions and leaves both files alone.
 */
async function install() {
  console.error('virtualchain: installing packages (once, until package-lock.json changes) …');
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  if ((await npm(['ci', ...quiet])) === 0) return;
  console.error('virtualchain: npm ci refused; trying npm install with the same lock file …');
  await rm(modules, { recursive: true, force: true });
  if ((await npm(['install', '--no-save', ...quiet])) !== 0) throw new Error('npm could not install the packages');
}

/** npm may be set to skip install scripts; the one of the package `node` is what brings Node 24. */
async function ensureOwnNode() {
  if (!existsSync(ownNode)) await npm(['rebuild', 'node', '--ignore-scripts=false', '--no-audit', '--no-fund']);
  if (!existsSync(ownNode)) throw new Error('the npm package `node` is installed without its binary');
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** True if whoever holds the lock is gone. */
async function isAbandoned() {
  const info = await stat(lock).catch(() => undefined);
  if (info === undefined) return false; // released in the meantime: simply try again
  const age = Date.now() - info.mtimeMs;
  const holder = Number(await readFile(join(lock, 'pid'), 'utf8').catch(() => Number.NaN));
  if (Number.isNaN(holder)) return age > 5_000; // taken, and not yet signed
  return !isAlive(holder) || age > lockAgeMaxMs;
}

/** One installation at a time, also between processes: making a directory is atomic. */
async function withInstallLock(work) {
  await mkdir(dirname(lock), { recursive: true });
  for (let waited = false; ; waited = true) {
    try {
      await mkdir(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (await isAbandoned()) await rm(lock, { recursive: true, force: true });
    else {
      if (!waited) console.error('virtualchain: another process is installing packages; waiting …');
      await new Promise((resolve) => setTimeout(resolve, lockPollMs));
    }
  }
  try {
    await writeFile(join(lock, 'pid'), `${process.pid}`);
    await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

async function ensureInstalled() {
  if (await isInstalled()) return;
  await withInstallLock(async () => {
    if (await isInstalled()) return;
    await install();
    await ensureOwnNode();
    await writeFile(stampFile, `${await wanted()}\n`);
  });
}

/**
 * Runs the script and ends as it ended. SIGINT reaches the script from the terminal, which signals the whole group;
 * only a signal sent to this process alone is passed on.
 */
function run(args) {
  const quiet = '--disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning'; // the second: kafkajs#1751
  const given = process.env.NODE_OPTIONS ?? '';
  const child = spawn(ownNode, args, {
    stdio: 'inherit',
    env: {
      ...process.env,
      NODE_OPTIONS: given.includes(quiet) ? given : `${given} ${quiet}`.trim(),
      PATH: `${join(modules, '.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH ?? ''}`,
    },
  });
  const atTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  process.on('SIGINT', () => atTerminal || child.kill('SIGINT'));
  process.on('SIGHUP', () => atTerminal || child.kill('SIGHUP'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  if (process.env.npm_lifecycle_event !== undefined) whenOrphaned(() => child.kill('SIGTERM'));
  child.on('error', (error) => fail(error));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

/** npm runs us in a shell, and a signal to npm ends that shell without a word to us. */
function whenOrphaned(stop) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, parentPollMs);
  timer.unref();
}

function fail(error) {
  console.error(`virtualchain: ${error.message}`);
  process.exit(1);
}

const [what, script, ...rest] = process.argv.slice(2);
if (what !== 'node' || script === undefined) {
  console.error('usage: node infra/bootstrap.mjs node <script> [argument…]');
  process.exit(64);
}
ensureInstalled().then(() => run([script, ...rest]), fail);
