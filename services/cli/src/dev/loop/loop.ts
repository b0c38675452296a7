import { join } from 'node:path';
import { isExpectedError } from '@virtualchain/kernel';
import { NETWORK } from './chain-run.ts';
import { type Chains, createChains } from './chains.ts';
import { definitionsOf, type GivenDefinitions } from './folder/package-folder.ts';
import type { Happening } from './happenings.ts';
import type { Current, Live, Working } from './live.ts';
import type { DevParts } from './parts.ts';
import { type Answers, type Asked, watchAnswers } from './processes/answers.ts';
import type { Reviser, ReviserListener } from './processes/reviser.ts';
import { createSpares, type Spares } from './processes/spares.ts';
import type { Definitions, Failure, Loaded, Report, Switched, ToldBlock } from './revision/messages.ts';
import { changedSources, type MadeOf } from './watching/changed-sources.ts';
import type { Gathered } from './watching/gather.ts';
import { type FolderWatch, watchFolder } from './watching/watch.ts';

/** What the loop works with. */
export interface LoopOptions {
  readonly folder: string;
  readonly given: GivenDefinitions;
  readonly workingFolder: string;
  readonly parts: Promise<DevParts>;
  readonly happen: (happening: Happening) => void;
  /** Sees to the first blocks of a chain. @returns the height of the node's tip. */
  readonly prepare: (chain: Loaded['chain']) => Promise<number>;
  /** The rules that serve from now on, on which log. */
  readonly onLive: (live: Live) => void | Promise<void>;
  /** The loop cannot go on. */
  readonly onFatal: (error: unknown) => void;
}

/**
 * The loop: one process serves, one may be on its way to take its place, and some wait for the next saves with everything loaded.
 */
export class DevLoop implements AsyncDisposable {
  readonly #options: LoopOptions;
  #watch: FolderWatch | null = null;
  readonly #spares: Spares;
  #answers: Answers | null = null;
  #working: Working | null = null;
  #current: Current | null = null;
  #madeOf: MadeOf = { files: {}, isWhole: false };
  readonly #chains: Chains;
  #toldSequence = 0;
  #definitions = '';
  /** Builds that nobody needs. */
  #left: string[] = [];
  #isOver = false;

  constructor(options: LoopOptions) {
    this.#options = options;
    this.#spares = createSpares(options.folder, this.#listener);
    this.#chains = createChains((name, how) => options.happen({ kind: 'ended', name, how }));
  }

  /** Folds what is there, and watches from then on. */
  start(): void {
    const { folder } = this.#options;
    this.#watch = watchFolder(folder, (gathered) => this.#changed(gathered));
    this.#answers = watchAnswers(
      () => this.#asked(),
      (ms) => this.#options.happen({ kind: 'silent', ms }),
    );
    this.#revise(performance.now());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#watch?.[Symbol.dispose]();
    this.#answers?.[Symbol.dispose]();
    this.#spares[Symbol.dispose]();
    for (const reviser of [this.#working?.reviser, this.#current?.reviser]) reviser?.end();
    await this.#chains[Symbol.asyncDispose]();
  }

  #asked(): readonly Asked[] {
    const [working, current] = [this.#working, this.#current];
    return [
      ...(working === null ? [] : [{ reviser: working.reviser, isLoading: !working.isFolding }]),
      ...(current === null ? [] : [{ reviser: current.reviser, isLoading: false }]),
    ];
  }

  #changed({ paths, firstAt }: Gathered): void {
    const { folder, happen } = this.#options;
    const changed = changedSources(paths, this.#madeOf);
    const isManifest = paths.includes(join(folder, 'package.json')) && this.#readDefinitions() !== this.#definitions;
    if (changed.length === 0 && !isManifest) return;
    const files = isManifest ? [...new Set([...changed, join(folder, 'package.json')])] : changed;
    happen({ kind: 'saved', files });
    this.#revise(firstAt);
  }

  /** As text, to be compared; empty where they cannot be read. */
  #readDefinitions(): string {
    const { folder, given, workingFolder } = this.#options;
    try {
      return JSON.stringify(definitionsOf(folder, given, workingFolder));
    } catch {
      return '';
    }
  }

  #revise(savedAt: number): void {
    const { folder, given, workingFolder } = this.#options;
    this.#abandon();
    this.#definitions = this.#readDefinitions();
    let definitions: Definitions;
    try {
      definitions = definitionsOf(folder, given, workingFolder);
    } catch (error) {
      if (!isExpectedError(error)) throw error;
      this.#tellFailed({ code: error.code, message: error.message, place: null, operation: null }, savedAt);
      return;
    }
    const reviser = this.#spares.take();
    this.#working = {
      reviser,
      definitions,
      savedAt,
      loaded: null,
      chain: null,
      isFolding: false,
      schema: null,
      judged: [],
    };
    reviser.order({ order: 'load', folder, definitions });
  }

  /** Ends the revision on its way: another one comes, or nothing became of it. */
  #abandon(): void {
    if (this.#working === null) return;
    this.#working.reviser.end();
    this.#spares.heard(this.#working.reviser, 'ended');
    if (this.#working.schema !== null) this.#left.push(this.#working.schema);
    this.#working = null;
  }

  readonly #listener: ReviserListener = {
    report: (reviser, report) => this.#report(reviser, report),
    printed: (_reviser, line) => this.#options.happen({ kind: 'printed', line }),
    ended: (reviser, how) => this.#ended(reviser, how),
  };

  #report(reviser: Reviser, report: Report): void {
    if (report.kind === 'warm') this.#spares.heard(reviser, 'warm');
    if (report.kind === 'pong') this.#answers?.answered(reviser);
    const working = this.#working?.reviser === reviser ? this.#working : null;
    if (working !== null) this.#reportOfWorking(working, report);
    else if (this.#current?.reviser === reviser) this.#reportOfCurrent(report);
  }

  #reportOfWorking(working: Working, report: Report): void {
    switch (report.kind) {
      case 'loaded':
        void this.#loaded(working, report).catch((error: unknown) => this.#couldNotBegin(working, error));
        break;
      case 'building':
        working.schema = report.schema;
        break;
      case 'judged':
        working.judged.push(...report.blocks);
        break;
      case 'switched':
        this.#switched(working, report);
        break;
      case 'failed':
        if (working.loaded === null) this.#madeOf = { files: report.files, isWhole: false };
        this.#failed(working, report.failure);
        break;
      case 'faulted':
        this.#failed(working, report.failure);
        break;
    }
  }

  #reportOfCurrent(report: Report): void {
    const { happen } = this.#options;
    switch (report.kind) {
      case 'judged':
        this.#tell(report.blocks);
        break;
      case 'retrying':
        happen(report);
        break;
      case 'failed':
      case 'faulted':
        happen({ kind: 'faulted', failure: report.failure });
        break;
    }
  }

  async #loaded(working: Working, loaded: Loaded): Promise<void> {
    const { prepare } = this.#options;
    working.loaded = loaded;
    this.#madeOf = { files: loaded.files, isWhole: true };
    this.#watch?.include(Object.keys(loaded.files));
    const parts = await this.#options.parts;
    let untilHeight = -1;
    working.chain = this.#chains.find(loaded.chain.print);
    if (working.chain === null || working.chain !== this.#current?.chain) untilHeight = await prepare(loaded.chain);
    if (this.#working !== working || this.#isOver) return;
    working.chain ??= await this.#chains.start(parts, working.definitions, loaded.chain);
    if (this.#working !== working) return;
    working.isFolding = true;
    const isSameLog = working.chain === this.#current?.chain;
    working.reviser.order({
      order: 'fold',
      network: NETWORK,
      postgresUrl: parts.postgresUrl,
      log: parts.log,
      topic: working.chain.topic,
      live: this.#current?.schema ?? null,
      toldSequence: isSameLog ? this.#toldSequence : null,
      untilHeight,
      drop: this.#left.splice(0),
    });
  }

  #switched(working: Working, switched: Switched): void {
    const { happen, onLive } = this.#options;
    const { reviser, definitions, loaded, chain, savedAt } = working;
    if (loaded === null || chain === null) return;
    const before = this.#current;
    const live = { definitions, loaded, chain, schema: switched.schema };
    this.#current = { ...live, reviser };
    this.#working = null;
    before?.reviser.end();
    this.#left.push(...switched.retired);
    const isOtherChain = before !== null && before.chain !== chain;
    if (before === null || isOtherChain) this.#toldSequence = switched.sequence;
    this.#chains.keep(chain);
    void onLive(live);
    const { name: machine, version } = loaded.machine;
    const ms = Math.round(performance.now() - savedAt);
    if (before === null) this.#tellReady(live, switched, ms);
    else happen({ ...switched, ms, machine, version, isOtherChain });
    this.#tell(working.judged);
    this.#spares.fill();
  }

  #tellReady({ definitions, loaded }: Live, { height }: Switched, ms: number): void {
    const { folder, happen } = this.#options;
    happen({
      kind: 'ready',
      file: join(folder, '.vchain', 'dev.json'),
      chain: loaded.chain.name,
      machine: loaded.machine.name,
      machineModule: definitions.machine,
      collections: loaded.machine.collections,
      height,
      ms,
    });
  }

  #failed(working: Working, failure: Failure): void {
    this.#abandon();
    this.#tellFailed(failure, working.savedAt);
    this.#spares.fill();
  }

  #tellFailed(failure: Failure, savedAt: number): void {
    const ms = Math.round(performance.now() - savedAt);
    this.#options.happen({ kind: 'failed', failure, ms, isFirst: this.#current === null });
  }

  /** A block is told once, whichever process judged it first. */
  #tell(blocks: readonly ToldBlock[]): void {
    const fresh = blocks.filter(({ sequence }) => sequence > this.#toldSequence);
    if (fresh.length === 0) return;
    this.#toldSequence = Math.max(...fresh.map(({ sequence }) => sequence));
    this.#options.happen({ kind: 'judged', blocks: fresh });
  }

  #ended(reviser: Reviser, how: string): void {
    const failure = { code: 'RULES_ENDED', message: `the process of the rules ended by itself: ${how}` };
    if (this.#spares.heard(reviser, 'ended')) this.#spares.fill();
    else if (this.#working?.reviser === reviser)
      this.#failed(this.#working, { ...failure, place: null, operation: null });
    else if (this.#current?.reviser === reviser)
      this.#options.happen({ kind: 'faulted', failure: { ...failure, place: null, operation: null } });
  }

  /** What is wrong with the first rules, or with the parts, ends the loop; later it is one more failure. */
  #couldNotBegin(working: Working, error: unknown): void {
    if (this.#isOver || this.#working !== working) return;
    if (this.#current === null || !isExpectedError(error)) this.#options.onFatal(error);
    else this.#failed(working, { code: error.code, message: error.message, place: null, operation: null });
  }
}
