/**
 * Readers of server-sent events in a process of their own, over plain sockets: counts what each was sent and holds it to be in order,
 * and reads no JSON. Arguments: JSON of `ReadersTask`. Answers every line on standard input with a line of `ReadersReport`.
 */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

export interface ReadersTask {
  readonly address: string;
  readonly idlePath: string;
  readonly idle: number;
  readonly busyPath: string;
  readonly busy: number;
}

export interface ReadersReport {
  /** Connections that are open. */
  readonly open: number;
  /** Position of the last entry of each busy reader. */
  readonly positions: readonly number[];
  /** Entries that did not follow on the one before. */
  readonly wrong: number;
  /** Entries that idle readers were sent: there should be none. */
  readonly idleEntries: number;
  readonly bytes: number;
}

const task = JSON.parse(process.argv[2] ?? '{}') as ReadersTask;
const { hostname, port } = new URL(task.address);
const positions: number[] = Array.from({ length: task.busy }, () => 0);
let [open, wrong, idleEntries, bytes] = [0, 0, 0, 0];

function read(path: string, onPosition: (position: number) => void): void {
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(`GET ${path} HTTP/1.1\r\nhost: ${hostname}\r\naccept: text/event-stream\r\n\r\n`);
  open++;
  socket.on('close', () => open--);
  socket.on('error', () => undefined);
  /** The beginning of an event that is not whole yet, from the line break before it on. */
  let rest = '';
  socket.on('data', (piece) => {
    bytes += piece.length;
    const text = rest + piece.toString('latin1');
    const end = text.lastIndexOf('\n\n');
    for (let at = text.indexOf(MARK); at >= 0 && at < end; at = text.indexOf(MARK, at + 1)) {
      const lineEnd = text.indexOf('\n', at + 1);
      if (!text.startsWith('event: heartbeat', lineEnd + 1))
        onPosition(Number(text.slice(text.indexOf(':', at + MARK.length) + 1, lineEnd)));
    }
    rest = end === -1 ? text : text.slice(end + 1);
  });
}

const MARK = '\nid: ';

for (let i = 0; i < task.idle; i++) read(task.idlePath, () => idleEntries++);
for (let i = 0; i < task.busy; i++)
  read(task.busyPath, (position) => {
    const last = positions[i] ?? 0;
    // What a machine begins with stands at 0.
    if (position !== last + 1 && !(position === 0 && last === 0)) wrong++;
    positions[i] = position;
  });

createInterface({ input: process.stdin }).on('line', () => {
  console.log(JSON.stringify({ open, positions, wrong, idleEntries, bytes } satisfies ReadersReport));
});
process.stdin.on('end', () => process.exit(0));
