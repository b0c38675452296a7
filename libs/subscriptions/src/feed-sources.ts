import { feedOf, findFeedBlock, type MachineInstance, type Registry } from '@virtualchain/projection';
import { FeedSource } from './feed-source.ts';
import type { FeedPlaces } from './feed-start.ts';
import type { Unit } from './unit.ts';

/** What the feeds of machines are read from. */
export interface FeedSourcesOptions {
  readonly registry: Registry;
  /** Ends all reading. */
  readonly signal: AbortSignal;
  /** Hears of reads that failed; they are tried again. */
  readonly onRetry: (error: unknown) => void;
  /** Hears of blocks that can be told now (`FeedSourceOptions.onFollowed`). */
  readonly onFollowed?: ((units: readonly Unit[], tookMs: number) => void) | undefined;
}

/** The feeds of machines, each read once, whoever asks. */
export class FeedSources {
  readonly #options: FeedSourcesOptions;
  readonly #opening = new Map<MachineInstance, Promise<FeedSource>>();

  constructor(options: FeedSourcesOptions) {
    this.#options = options;
  }

  /** The feed of a machine's live build, which knows what was committed by now. Throws as reads do. */
  async of(instance: MachineInstance): Promise<FeedPlaces> {
    const { registry } = this.#options;
    const source = await this.#live(instance);
    const blockOf = (feed: string, position: number) => findFeedBlock(registry, instance, { feed, position });
    return { source, instance, blockOf };
  }

  async #live(instance: MachineInstance): Promise<FeedSource> {
    const opening = this.#opening.get(instance) ?? this.#open(instance);
    const source = await opening;
    await source.refresh();
    if (!source.isGone) return source;
    if (this.#opening.get(instance) === opening) this.#opening.delete(instance);
    return this.#live(instance);
  }

  /** One for all who come at once; where it does not open, the next one tries again. */
  #open(instance: MachineInstance): Promise<FeedSource> {
    const { registry, signal, onRetry, onFollowed } = this.#options;
    const feed = feedOf(registry, instance);
    const opening = FeedSource.open({ feed, machine: instance.machine.name, signal, onRetry, onFollowed });
    this.#opening.set(instance, opening);
    opening.catch(() => this.#opening.delete(instance));
    return opening;
  }
}
