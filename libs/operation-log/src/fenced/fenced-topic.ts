import type { FencedProducer, OutgoingRecord } from '../broker.ts';
import { WriterSpent } from '../errors.ts';

/** The producer of one epoch. Whatever goes wrong in one of its writes, it never writes again. */
export class FencedTopic {
  readonly #topic: string;
  readonly #producer: FencedProducer;
  #isSpent = false;
  /** The last offset that is known to be there: what is written lands above it, or the log is not what it was. */
  reached = -1n;

  constructor(topic: string, producer: FencedProducer) {
    this.#topic = topic;
    this.#producer = producer;
  }

  refuseSpent(): void {
    if (this.#isSpent) throw new WriterSpent(this.#topic);
  }

  async write<Result>(work: () => Promise<Result>): Promise<Result> {
    this.refuseSpent();
    this.#isSpent = true;
    const result = await work();
    this.#isSpent = false;
    return result;
  }

  async transact(sends: readonly (readonly OutgoingRecord[])[]): Promise<readonly bigint[]> {
    const offsets = await this.#producer.transact(sends, this.reached);
    this.reached = (offsets.at(-1) ?? this.reached) + BigInt((sends.at(-1)?.length ?? 1) - 1);
    return offsets;
  }

  async close(): Promise<void> {
    this.#isSpent = true;
    await this.#producer.close();
  }
}
