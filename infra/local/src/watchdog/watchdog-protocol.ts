import type { EngineAddress } from '../containers/docker-engine.ts';

/** What containers and networks of a run carry; the value is the run's id. */
export const runLabel = 'org.virtualchain.run';

/** How to run one server. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Its stdout and stderr are appended here. */
  readonly logFile: string;
  /** What asks this server to end cleanly. */
  readonly stopSignal: NodeJS.Signals;
  readonly uid?: number;
  readonly gid?: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What the caller asks of the watchdog. */
export type Order =
  | { readonly order: 'launch'; readonly server: string; readonly launch: Launch }
  | { readonly order: 'stop'; readonly server: string }
  | { readonly order: 'kill'; readonly server: string; readonly signal: NodeJS.Signals }
  /** From now on, also remove the containers and networks of the run at the end. */
  | { readonly order: 'watch containers'; readonly engine: EngineAddress; readonly runId: string }
  | { readonly order: 'end' };

export type Request = Order & { readonly id: number };

/** What the watchdog says: the answer to a request, or that a server has ended. */
export type Report =
  | { readonly report: 'done'; readonly id: number }
  | { readonly report: 'failed'; readonly id: number; readonly message: string }
  | { readonly report: 'exited'; readonly server: string; readonly exit: Exit };
