import type { FeedEntry } from '@virtualchain/gateway-client';
import { createMemoryLog, type LogEntry, type LogWriter, type OperationLog } from '@virtualchain/operation-log';
import { openProjection, openRegistry, type PostgresProjection, type Registry } from '@virtualchain/projection';
import { rebuildOn } from '../kit/projections.ts';
import { connectKv, kvInstance } from './kv-log.ts';
import { disconnect, identityOf } from './log-blocks.ts';

/** The blocks below `aaaa` and `aaab` are taken back; `one` comes, goes, and comes again. */
export const KV_ENTRIES: readonly LogEntry[] = [
  connectKv('a', ['alice +one', 'bob +two']),
  connectKv('aa', ['alice =one:first', 'bob +one']),
  connectKv('aaa', ['alice -one']),
  connectKv('aaaa', ['bob =two:gone']),
  disconnect('aaaa'),
  disconnect('aaa'),
  connectKv('aab', ['carol +three']),
  connectKv('aabb', ['bob =two:new', 'carol ?']),
  connectKv('aabbb', []),
];

const topic = 'vchain.regtest.kv';

/** The kv machine on a database, with a log in memory: what is published is folded. */
export class KvFeed implements AsyncDisposable {
  readonly url: string;
  readonly registry: Registry;
  readonly log: OperationLog;
  readonly instance = kvInstance();
  #projection: PostgresProjection;
  readonly #writer: LogWriter;

  private constructor(
    url: string,
    opened: {
      readonly registry: Registry;
      readonly log: OperationLog;
      readonly projection: PostgresProjection;
      readonly writer: LogWriter;
    },
  ) {
    this.url = url;
    this.registry = opened.registry;
    this.log = opened.log;
    this.#projection = opened.projection;
    this.#writer = opened.writer;
  }

  static async open(url: string): Promise<KvFeed> {
    const log = createMemoryLog();
    await log.ensureTopic(topic);
    const writer = await log.openWriter(identityOf(topic));
    const projection = await openProjection(url, kvInstance());
    return new KvFeed(url, { log, writer, projection, registry: await openRegistry(url) });
  }

  /** Publishes, and folds what was published. */
  async publish(...entries: readonly LogEntry[]): Promise<void> {
    for (const entry of entries) await this.#writer.append([entry]);
    const { cursor } = await this.#projection.checkpoint();
    for await (const { changes } of this.log.read(topic, { after: cursor, untilEnd: true }))
      await this.#projection.advance(changes);
  }

  /** Folds all of the log into another build, which is live then. */
  async rebuild(): Promise<void> {
    const { url, instance, log } = this;
    await this.#projection.close();
    await rebuildOn(url, { instance, log, topic, signal: new AbortController().signal });
    this.#projection = await openProjection(url, instance);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#projection.close();
    await this.registry[Symbol.asyncDispose]();
    await this.log.close();
  }
}

/** Entries without their cursors, which are another build's after a rebuild. */
export const withoutCursors = (entries: readonly FeedEntry[]): readonly object[] =>
  entries.map(({ cursor: _cursor, ...entry }) => entry);
