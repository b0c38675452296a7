import type { LogPlace } from '@virtualchain/operation-log';
import type { VerdictChanges } from '@virtualchain/projection';

/** Definitions as a package names them, and what they are called with (JSON text). */
export interface Definitions {
  /** Paths of modules, or names of what is built in. */
  readonly chain: string;
  readonly machine: string;
  readonly chainParameters?: string | undefined;
  readonly machineParameters?: string | undefined;
}

/** What a process of rules is told first: which modules it loads. */
export interface LoadOrder {
  readonly order: 'load';
  /** Of the package: places in errors are told from here. */
  readonly folder: string;
  readonly definitions: Definitions;
}

/** What it is told when its rules are loaded: where to fold them, and from where on to tell of each operation. */
export interface FoldOrder {
  readonly order: 'fold';
  readonly network: string;
  readonly postgresUrl: string;
  readonly log: LogPlace;
  readonly topic: string;
  /** The schema of the build whose verdicts the new ones are compared with; null where there is none. */
  readonly live: string | null;
  /** Blocks of records up to this one were told already; null where nothing is told of what is there before the switch. */
  readonly toldSequence: number | null;
  /** The log is there when it has this height. */
  readonly untilHeight: number;
  /** Builds that nobody needs any more. */
  readonly drop: readonly string[];
}

/** A question that any process answers which is not stuck in an endless loop. */
export interface Ping {
  readonly order: 'ping';
}

export type Order = LoadOrder | FoldOrder | Ping;

/** A place in the source of the author. */
export interface Place {
  /** From the folder of the package. */
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  /** The line itself. */
  readonly text: string | null;
}

/** The operation during which rules threw. */
export interface BlamedOperation {
  readonly height: number;
  readonly txid: string;
  readonly opcode: string | null;
  /** The name of the opcode, and the payload as the chain's codec reads it. */
  readonly name: string | null;
  readonly decoded: unknown;
  /** Hex. */
  readonly payload: string;
}

/** Why rules do not load, or cannot go on. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly place: Place | null;
  readonly operation: BlamedOperation | null;
}

/** A row that an operation changed, as canonical JSON; null is no row. */
export interface ToldRow {
  readonly collection: string;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

/** An operation as it was judged. */
export interface ToldOperation {
  readonly height: number;
  readonly sequence: number;
  readonly txid: string;
  /** Script of the first input's output, hex, and its address. */
  readonly sender: string | null;
  readonly address: string | null;
  readonly opcode: string | null;
  readonly name: string | null;
  readonly decoded: unknown;
  /** Hex. */
  readonly payload: string;
  readonly verdict: 'accepted' | 'rejected' | 'ignored';
  readonly code: string | null;
  readonly detail: string | null;
  readonly rows: readonly ToldRow[];
}

/** A block that was folded, or one that was taken back. */
export type ToldBlock =
  | {
      readonly kind: 'connected';
      readonly height: number;
      readonly sequence: number;
      readonly operations: readonly ToldOperation[];
      /** Rows that the hooks of the block changed, beside those of its operations. */
      readonly rows: readonly ToldRow[];
    }
  | { readonly kind: 'disconnected'; readonly height: number; readonly sequence: number };

/** The files that a revision is made of, with the sha256 of what was loaded (hex), by path. */
export type LoadedFiles = Readonly<Record<string, string>>;

/** What was loaded. */
export interface Loaded {
  readonly kind: 'loaded';
  readonly files: LoadedFiles;
  readonly chain: {
    readonly name: string;
    readonly firstBlock: number;
    /** Other sources of the chain, another text: its log is another one. */
    readonly print: string;
  };
  readonly machine: { readonly name: string; readonly version: number; readonly collections: readonly string[] };
}

/** The new build took the place of the one before. */
export interface Switched {
  readonly kind: 'switched';
  readonly schema: string;
  readonly retired: readonly string[];
  readonly height: number | null;
  readonly consensusHash: string | null;
  /** Of the build before, at the same height. */
  readonly consensusHashBefore: string | null;
  readonly blocks: number;
  readonly operations: number;
  readonly verdicts: { readonly accepted: number; readonly rejected: number; readonly ignored: number };
  /** Null where there was nothing to compare with. */
  readonly changes: VerdictChanges | null;
  /** Of the newest record that was folded. */
  readonly sequence: number;
}

/** What a process of rules says. */
export type Report =
  | { readonly kind: 'warm' }
  | { readonly kind: 'pong' }
  | Loaded
  /** A build that is to be dropped where nothing becomes of it. */
  | { readonly kind: 'building'; readonly schema: string }
  | Switched
  | { readonly kind: 'failed'; readonly failure: Failure; readonly files: LoadedFiles }
  | { readonly kind: 'judged'; readonly blocks: readonly ToldBlock[] }
  /** The live build stands still at a fault, or goes on; `retrying` is for what may pass. */
  | { readonly kind: 'faulted'; readonly failure: Failure }
  | { readonly kind: 'retrying'; readonly code: string; readonly message: string };
