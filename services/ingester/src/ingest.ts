import type { NetworkName } from '@virtualchain/bitcoin';
import type { Clock } from '@virtualchain/kernel';
import type { BitcoinNode } from '@virtualchain/node-client';
import type { Election, LogIdentity, LogWriter, OperationLog } from '@virtualchain/operation-log';
import type { BlockTraces } from '@virtualchain/process';
import type { VirtualChain } from '@virtualchain/protocol';
import type { Observable } from 'rxjs';
import type { BlockCache } from './block/block-cache.ts';
import type { DifficultyCheck } from './block/difficulty-check.ts';
import type { TrackedBranch } from './branch.ts';
import type { ChainReport } from './chain-report.ts';

/** What all chains of a process share. */
export interface IngestPorts {
  readonly node: BitcoinNode;
  readonly blocks: BlockCache;
  readonly log: OperationLog;
  readonly election: Election;
  /** Something may have changed at the node: poll and hints. */
  readonly wakeUps: Observable<unknown>;
  readonly clock: Clock;
  /** Null, or absent, where nobody collects traces. */
  readonly traces?: BlockTraces | null;
}

/** One virtual chain, its place in the log, and all that following it needs. */
export interface ChainIngest extends IngestPorts {
  readonly chain: VirtualChain;
  readonly network: NetworkName;
  readonly identity: LogIdentity;
  /** Is told of everything that happens to the chain. */
  readonly report: ChainReport;
}

/** The same while this process leads, from the opening of a writer to its first failure. */
export interface LeadingIngest extends ChainIngest {
  readonly writer: LogWriter;
  readonly branch: TrackedBranch;
  readonly difficulty: DifficultyCheck;
  readonly signal: AbortSignal;
  /** Called when something was published or nothing is left to: earlier failures are forgotten then. */
  readonly progressed: () => void;
}
