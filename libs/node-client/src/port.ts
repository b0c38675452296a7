import type { BlockHash, Height, Txid } from '@virtualchain/bitcoin';

/** A network by its common name, known by its genesis hash; another chain is called what its node calls it. */
export type NetworkName = 'mainnet' | 'testnet3' | 'testnet4' | 'signet' | 'regtest' | (string & {});

export interface NodeStatus {
  readonly network: NetworkName;
  readonly genesisHash: BlockHash;
  readonly blocks: Height;
  readonly headers: Height;
  readonly bestBlockHash: BlockHash;
  readonly initialBlockDownload: boolean;
  /** First height whose block the node still has; null when it keeps them all. */
  readonly pruneHeight: Height | null;
}

/** How the node calls the branch of a tip, as `getchaintips` says it. */
export type ChainTipStatus = 'active' | 'valid-fork' | 'valid-headers' | 'headers-only' | 'invalid' | 'unknown';

export interface ChainTip {
  readonly height: Height;
  readonly hash: BlockHash;
  readonly branchLength: number;
  readonly status: ChainTipStatus;
}

/**
 * What we ask of a Bitcoin node. "Not found" is an answer (null, or missing from the map); every failure of the call
 * itself is an error, never an empty answer.
 */
export interface BitcoinNode extends AsyncDisposable {
  /** Host and port, without credentials: for logs and status. */
  readonly label: string;
  status(): Promise<NodeStatus>;
  /** Height and hash of the node's best block. */
  bestBlock(): Promise<{ readonly height: Height; readonly hash: BlockHash }>;
  /** Hash on the node's best chain, null above its tip. */
  blockHashAt(height: Height): Promise<BlockHash | null>;
  /** Hashes on the node's best chain, in one batch; shorter than asked when the tip comes first. */
  blockHashesFrom(height: Height, count: number): Promise<readonly BlockHash[]>;
  /** The 80 bytes, of any branch the node knows; null when it does not know the block. */
  header(hash: BlockHash): Promise<Uint8Array | null>;
  /** The whole block as the network serialises it; null when the node does not have it. */
  block(hash: BlockHash): Promise<Uint8Array | null>;
  chainTips(): Promise<readonly ChainTip[]>;
  /** Raw transactions by txid, in bounded batches, each checked against its txid; what the node has not is left out. */
  transactions(txids: readonly Txid[]): Promise<ReadonlyMap<Txid, Uint8Array>>;
  /** Wake-ups by ZMQ where the node offers them; hints only. */
  readonly zmqUrl: string | null;
  close(): Promise<void>;
}
