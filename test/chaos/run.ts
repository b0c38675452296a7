/** One run of chaos, from the start of the servers to the verdict: read this first. */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FeedEntry } from '@virtualchain/gateway-client';
import { exitCodes } from '@virtualchain/process';
import pg from 'pg';
import { BEFORE_FORK } from '../../services/cli/src/demo/script.ts';
import { until } from '../kit/until.ts';
import { readWholeLines } from '../kit/whole-lines.ts';
import type { OwnExit } from './stage/killable.ts';
import { MACHINES, type MachineName } from './stage/machines.ts';
import { Stage } from './stage/stage.ts';
import type { Told } from './stage/told.ts';
import { describeSchedule, drawSchedule, minimumOf } from './troubles/schedule.ts';
import { carryOut, type Done, nothingDone, type Pulse } from './troubles/troubles.ts';
import { collectAll } from './verdict/collect.ts';
import { type Breach, type Judgement, judge } from './verdict/judge.ts';
import { secretsInLogs } from './verdict/secrets.ts';
import { type Shortfall, shortfalls } from './verdict/shortfalls.ts';

const PROGRESS_MS = 5_000;
/** How often it is looked where the projections are. */
const LOOK_EVERY_MS = 1_000;
/** I8: how long after the last trouble everything may take to agree, on a busy machine. */
const CATCH_UP_MS_MAX = 240_000;
const LAST_BLOCKS = 3;
/** Once all have caught up, one more reorganisation that all of them see, however much of the others was over before. */
const LAST_REORG = 3;

export interface ChaosOptions {
  readonly seed: number;
  readonly minutes: number;
  /** Lines for people: what starts, progress. */
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
  /** Where the logs of a failed run are kept. */
  readonly keepIn: string;
}

/** What a run did, and what came of it. */
export interface Outcome {
  readonly done: Done;
  readonly ownExits: readonly OwnExit[];
  readonly seconds: number;
  readonly catchUpSeconds: number;
  readonly blocks: number;
  readonly operations: number;
  readonly reorgs: number;
  readonly deepest: number;
  readonly judgement: Judgement;
  readonly shortfalls: readonly Shortfall[];
  /** The folder with everything that the run wrote, where it failed. */
  readonly kept: string | null;
}

/** Null when it was ended early. */
export async function runChaos(options: ChaosOptions): Promise<Outcome | null> {
  const { seed, log } = options;
  const ownExits: OwnExit[] = [];
  const stage = await Stage.start({ seed, log, onOwnExit: (exit) => ownExits.push(exit) });
  await using _stage = stage;
  const notes: string[] = [];
  try {
    const outcome = await play(stage, options, { notes, ownExits });
    const isGood = outcome === null || (outcome.judgement.breaches.length === 0 && outcome.shortfalls.length === 0);
    return isGood ? outcome : { ...outcome, kept: await keep(stage, options, notes) };
  } catch (error) {
    log(`everything that the run wrote is in ${await keep(stage, options, notes)}`);
    throw error;
  }
}

interface Kept {
  readonly notes: string[];
  readonly ownExits: readonly OwnExit[];
}

async function play(stage: Stage, options: ChaosOptions, { notes, ownExits }: Kept): Promise<Outcome | null> {
  const { seed, minutes, signal, log } = options;
  const { work } = stage;
  const lanes = drawSchedule(seed, minutes);
  notes.push(...describeSchedule(lanes), '');
  const done = nothingDone();
  await stage.startProcesses('makers');
  await until(
    'both projections',
    () => newestBlocks(stage),
    ({ kv, bns }) => kv !== undefined && bns !== undefined,
  );
  await stage.startProcesses('tellers');
  await agreed(stage);
  for (const acts of BEFORE_FORK) {
    work.consensusHash = (await newestBlocks(stage)).bns?.consensus_hash ?? work.consensusHash;
    await work.mineActs(acts);
    await agreed(stage);
  }
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 1_000;
  const ending = new AbortController();
  const progress = setInterval(() => log(progressLine(stage, done, { elapsed: elapsed(), minutes })), PROGRESS_MS);
  const watch = watchProjections(stage);
  const mining = work.run(ending.signal);
  const troubles = carryOut(lanes, { stage, done, signal, note: (line) => notes.push(line), pulse: watch.pulse });
  try {
    await Promise.race([Promise.all([troubles, aWhile(minutes * 60_000, signal)]), mining]);
    if (signal.aborted) return null;
    log(`${elapsed().toFixed(0)} s: the troubles are over; waiting until all agree`);
    await stage.heal();
  } finally {
    clearInterval(progress);
    watch.end();
    ending.abort();
    await mining;
  }
  const healed = performance.now();
  await end(stage);
  const catchUpSeconds = (performance.now() - healed) / 1_000;
  await work.reorganise(LAST_REORG);
  await end(stage);
  const seconds = elapsed();
  const machines = await collectAll(stage);
  await stage.stopProcesses();
  const judgement = judge(machines, [...secretsInLogs(stage.logFolder, stage.secrets), ...bugs(ownExits)]);
  const operations = machines.reduce(
    (sum, { evidence }) => sum + (evidence.projections[0]?.dump.operations.length ?? 0),
    0,
  );
  const { reorgs, deepest } = work;
  const reorgsInLog = judgement.counted['kv']?.reorgs ?? 0;
  const numbers = { done, seconds, operations, reorgs, reorgsInLog, deepest };
  return {
    ...numbers,
    ...{ ownExits, catchUpSeconds, blocks: work.miner.tip.height, judgement, kept: null },
    shortfalls: shortfalls(minimumOf(minutes), numbers),
  };
}

/** A process may end by what it foresaw, and is started again; never by what nobody foresaw. */
function bugs(exits: readonly OwnExit[]): readonly Breach[] {
  const ended = exits.filter(({ how }) => how === String(exitCodes.bug));
  return ended.map(({ name }) => ({ invariant: 'I8', where: name, what: 'ended by an unforeseen failure' }));
}

function aWhile(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function progressLine(
  stage: Stage,
  { kills }: Done,
  at: { readonly elapsed: number; readonly minutes: number },
): string {
  const { miner, operations, reorgs, deepest } = stage.work;
  const left = Math.max(0, at.minutes * 60 - at.elapsed);
  const killed = Object.values(kills).reduce((sum, count) => sum + count, 0);
  const rate = (operations / at.elapsed).toFixed(1);
  return `${at.elapsed.toFixed(0)} s, ${left.toFixed(0)} s left: height ${miner.tip.height}, ${operations} operations (${rate}/s), ${killed} kills, ${reorgs} reorganisations, the deepest ${deepest}`;
}

/** Looks from time to time where the projections are; operations name the newest consensus hash that is known. */
function watchProjections(stage: Stage): { readonly pulse: () => Pulse; readonly end: () => void } {
  let pulse: Pulse = { height: 0, movedAt: performance.now() };
  let seen = '';
  let isLooking = false;
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    const { kv, bns } = await newestBlocks(stage);
    isLooking = false;
    if (bns?.consensus_hash) stage.work.consensusHash = bns.consensus_hash;
    const now = `${kv?.hash} ${bns?.hash}`;
    if (kv === undefined || bns === undefined || now === seen) return;
    seen = now;
    pulse = { height: Math.min(kv.height, bns.height), movedAt: performance.now() };
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  return { pulse: () => pulse, end: () => clearInterval(timer) };
}

interface NewestBlock {
  readonly height: number;
  readonly hash: string;
  readonly consensus_hash: string | null;
}

async function newestBlock(stage: Stage, chain: string, machine: string): Promise<NewestBlock | undefined> {
  const client = new pg.Client({ connectionString: stage.direct.postgresUrl, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query(
      `select height, hash, consensus_hash from ${pg.escapeIdentifier(`${chain}_${machine}`)}.blocks order by height desc limit 1`,
    );
    return rows[0] as NewestBlock | undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Of each projection; undefined while there is none, or no database to ask. */
async function newestBlocks(stage: Stage): Promise<Readonly<Record<MachineName, NewestBlock | undefined>>> {
  const ask = ({ chain, name }: (typeof MACHINES)[number]) => newestBlock(stage, chain, name).catch(() => undefined);
  const [kv, bns] = await Promise.all([ask(MACHINES[0]), ask(MACHINES[1])]);
  return { kv, bns };
}

/** Some blocks more, so that one branch is the winning one, and until all agree on it. */
async function end(stage: Stage): Promise<void> {
  for (let i = 0; i < LAST_BLOCKS; i++) await stage.work.mineActs([]);
  await agreed(stage);
}

/** Until every projection and every subscriber is at the newest block. */
async function agreed(stage: Stage): Promise<void> {
  const { hash } = stage.work.miner.tip;
  await until(
    `all at block ${hash}`,
    async () => {
      const newest = await newestBlocks(stage);
      const told = MACHINES.map(({ name }) => lastTold(stage.feedFile(name)));
      const onTopic = readWholeLines<Told>(stage.toldFile).at(-1)?.event.hash;
      return { projections: Object.values(newest).map((block) => block?.hash), subscribers: [...told, onTopic] };
    },
    (standing) => Object.values(standing).every((hashes) => hashes.every((each) => each === hash)),
    CATCH_UP_MS_MAX,
  );
}

/** The block that a subscriber of a feed was told last, whole; what it was told else. */
function lastTold(file: string): string | undefined {
  const last = readWholeLines<FeedEntry>(file).at(-1);
  return last?.kind === 'block.sealed' ? last.blockHash : last?.kind;
}

/** Copies what a run wrote to where it stays. @returns the folder. */
async function keep(stage: Stage, { keepIn, seed }: ChaosOptions, notes: readonly string[]): Promise<string> {
  const folder = join(keepIn, `seed-${seed}-${Date.now()}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'schedule.txt'), `${notes.join('\n')}\n`);
  await cp(stage.logFolder, join(folder, 'logs'), { recursive: true });
  const files = [stage.toldFile, ...MACHINES.map(({ name }) => stage.feedFile(name))];
  for (const file of files) await cp(file, join(folder, file.split('/').at(-1) ?? '')).catch(() => undefined);
  return folder;
}
