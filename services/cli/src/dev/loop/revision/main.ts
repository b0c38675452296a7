/**
 * One revision of an author's rules, as a process of its own: it loads all that it needs, waits to be told which modules to
 * load, folds the log with them, and goes on as the projector. The next revision is another process. It ends with the loop
 * that started it.
 */
import { hash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { usePlatformSha256 } from '@virtualchain/bitcoin';
import { parentLookMs } from '../limits.ts';
import { failureOf } from './failure.ts';
import { foldAndFollow } from './fold.ts';
import { isFailed, type LoadedRules, loadRules } from './load.ts';
import type { FoldOrder, LoadOrder, Order, Report } from './messages.ts';
import { warmUp } from './warm-up.ts';

const say = (report: Report): void => void process.send?.(report);

/** A thread of its own: rules in an endless loop must not outlive the loop that started them. */
const GUARD = `
const { workerData } = require('node:worker_threads');
setInterval(() => { if (process.ppid !== workerData.parent) process.kill(process.pid, 'SIGKILL'); }, workerData.everyMs);
`;

let folder = process.cwd();
let loading: Promise<LoadedRules | null> | null = null;

async function load(order: LoadOrder): Promise<LoadedRules | null> {
  folder = order.folder;
  const rules = await loadRules(order);
  if (!isFailed(rules)) {
    say(rules.report);
    return rules;
  }
  say({ kind: 'failed', ...rules });
  return null;
}

function obey(order: Order): void {
  if (order.order === 'ping') say({ kind: 'pong' });
  else if (order.order === 'load') loading = load(order);
  else void fold(order);
}

async function fold(order: FoldOrder): Promise<void> {
  const rules = await loading;
  if (rules === null) return;
  try {
    await foldAndFollow(rules, order, { folder, say });
  } catch (error) {
    say({ kind: 'failed', failure: failureOf(error, folder), files: rules.report.files });
  }
}

process.setSourceMapsEnabled(true);
// A terminal's Ctrl-C reaches every process of it; the loop ends this one.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit());
new Worker(GUARD, { eval: true, workerData: { parent: process.ppid, everyMs: parentLookMs } }).unref();
usePlatformSha256((bytes) => hash('sha256', bytes, 'buffer'));
process.on('message', obey);
await warmUp();
say({ kind: 'warm' });
