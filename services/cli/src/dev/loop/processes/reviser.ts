import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { compiledCode, quietNode } from '../../../starting/executable.ts';
import type { Order, Report } from '../revision/messages.ts';

/** Sources within the repository, JavaScript outside. */
const script = fileURLToPath(new URL(`../revision/main${extname(import.meta.url)}`, import.meta.url));

/** What a process of rules is listened to by. */
export interface ReviserListener {
  report(reviser: Reviser, report: Report): void;
  /** A line that the author's rules printed. */
  printed(reviser: Reviser, line: string): void;
  ended(reviser: Reviser, how: string): void;
}

/** A process that is to be one revision of the rules. */
export interface Reviser {
  order(order: Order): void;
  /** Ends it at once, whatever its rules do; nothing of it is heard afterwards. */
  end(): void;
}

/** Starts one. `folder` is the working folder of the author's modules. */
export function startReviser(folder: string, listener: ReviserListener): Reviser {
  const child = fork(script, [], {
    cwd: folder,
    env: { ...process.env, ...compiledCode() },
    execArgv: [...quietNode],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let isOver = false;
  const reviser: Reviser = {
    order: (order) => {
      if (child.connected) child.send(order, () => undefined);
    },
    end: () => {
      isOver = true;
      child.kill('SIGKILL');
    },
  };
  child.on('message', (report) => {
    if (!isOver) listener.report(reviser, report as Report);
  });
  child.on('error', () => undefined); // it has ended then
  child.once('exit', (code, signal) => {
    if (!isOver) listener.ended(reviser, signal ?? `exit code ${code}`);
    isOver = true;
  });
  for (const stream of printingOf(child))
    createInterface({ input: stream }).on('line', (line) => {
      if (!isOver) listener.printed(reviser, line);
    });
  return reviser;
}

function printingOf({ stdout, stderr }: ChildProcess): readonly NodeJS.ReadableStream[] {
  return [stdout, stderr].filter((stream) => stream !== null);
}
