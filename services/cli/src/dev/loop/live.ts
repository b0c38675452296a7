import type { ChainRun } from './chain-run.ts';
import type { Reviser } from './processes/reviser.ts';
import type { Definitions, Loaded, ToldBlock } from './revision/messages.ts';

/** The rules that serve. */
export interface Live {
  readonly definitions: Definitions;
  readonly loaded: Loaded;
  readonly chain: ChainRun;
  readonly schema: string;
}

/** The process of the rules that serve. */
export interface Current extends Live {
  readonly reviser: Reviser;
}

/** A revision on its way. */
export interface Working {
  readonly reviser: Reviser;
  readonly definitions: Definitions;
  /** When its first file was saved, ms of `performance.now`. */
  readonly savedAt: number;
  loaded: Loaded | null;
  chain: ChainRun | null;
  /** It was told to fold. */
  isFolding: boolean;
  /** The build that it folds into. */
  schema: string | null;
  /** What it judged beside the live rules, which may have ended meanwhile. */
  readonly judged: ToldBlock[];
}
