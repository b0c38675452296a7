import type { Writable } from 'node:stream';
import pg from 'pg';

/** The letter of the message that carries rows; its length, itself included, follows. */
const COPY_DATA = 'd';
const HEAD_SIZE = 5;

/** Rows for `copy … from stdin (format binary)`: the one parameter of such a statement, in a comment behind it. */
export class CopyRows {
  readonly data: Buffer;

  constructor(data: Buffer) {
    this.data = data;
  }
}

/** The connection that `pg` hands to a query, as far as it is used here. */
interface Connection {
  readonly stream: Pick<Writable, 'writable' | 'write' | 'cork' | 'uncork'>;
  query(text: string): void;
  endCopyFrom(): void;
}

/** A client of `pg` that also runs a statement with `CopyRows`, which the driver itself refuses. */
export class CopyingClient extends pg.Client {
  override query(...given: unknown[]): never {
    const [text, values] = given;
    const rows = Array.isArray(values) && values.length === 1 ? values[0] : null;
    const run = super.query as (...asGiven: readonly unknown[]) => unknown;
    if (!(rows instanceof CopyRows)) return run.apply(this, given) as never;
    return new Promise((resolve, reject) => run.call(this, new Copy(String(text), rows, resolve, reject))) as never;
  }
}

/** A statement that sends rows; the driver calls it as the server answers. */
class Copy {
  /** The driver's own look whether somebody waits. */
  readonly callback = () => undefined;
  readonly #text: string;
  readonly #rows: CopyRows;
  readonly #resolve: (result: object) => void;
  readonly #reject: (error: Error) => void;

  constructor(text: string, rows: CopyRows, resolve: (result: object) => void, reject: (error: Error) => void) {
    this.#text = text;
    this.#rows = rows;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit(connection: Connection): void {
    connection.query(this.#text);
  }

  handleCopyInResponse(connection: Connection): void {
    const { data } = this.#rows;
    const head = Buffer.allocUnsafe(HEAD_SIZE);
    head.write(COPY_DATA, 'latin1');
    head.writeInt32BE(HEAD_SIZE - COPY_DATA.length + data.length, COPY_DATA.length);
    // By ourselves: the driver copies megabytes into a message of its own.
    const { stream } = connection;
    if (!stream.writable) return; // the driver tells of a connection that is lost
    stream.cork();
    stream.write(head);
    stream.write(data);
    connection.endCopyFrom();
    stream.uncork();
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.#resolve({ command: 'COPY', rowCount: 0, rows: [], fields: [] });
  }

  handleError(error: Error): void {
    this.#reject(error);
  }
}
