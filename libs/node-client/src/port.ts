import type { BlockHash, Height, NetworkName, TransactionOutput, Txid } from '@virtualchain/bitcoin';

/** What the node says of itself and its best chain. */
export interface NodeStatus {
  readonly network: NetworkName;
  readonly genesisHash: BlockHash;
  readonly blocks: Height;
  readonly headers: Height;
  readonly bestBlockHash: BlockHash;
  /** As the node says it; false where it does not say. Means nothing on regtest, where a day-old tip sets it. */
  readonly initialBlockDownload: boolean;
  /** First height whose block the node still has; null when it keeps them all. */
  readonly pruneHeight: Height | null;
}

/** How the node calls the branch of a tip, as `getchaintips` says it. */
export type ChainTipStatus = 'active' | 'valid-fork' | 'valid-headers' | 'headers-only' | 'invalid' | 'unknown';

/** The end of one of the node's branches, and what the node thinks of it. */
export interface ChainTip {
  readonly height: Height;
  readonly hash: BlockHash;
  readonly branchLength: number;
  readonly status: ChainTipStatus;
}

/** How a node can find the transaction of a txid: by an index, only with the block that spends it, or not at all. */
export type FundingSource = 'index' | 'undo-data' | 'none';

/** Outputs of one transaction by their index, only those that were asked for. */
export type SpentOutputs = Readonly<Record<number, TransactionOutput>>;

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
  /** The 80 bytes, of any branch the node knows; null when it does not know the block. Checked against the hash. */
  header(hash: BlockHash): Promise<Uint8Array | null>;
  /**
   * The whole block as the network serialises it; null when the node does not have it. Its header is checked against the
   * hash; the rest is for `verifyBlock`.
   */
  block(hash: BlockHash): Promise<Uint8Array | null>;
  chainTips(): Promise<readonly ChainTip[]>;
  /**
   * Raw transactions by txid, in bounded batches, each checked against its txid: their amounts and scripts are proven by
   * that. What the node has not, or has pruned, is left out. A node without an index finds them through `spentIn`, the
   * block whose transactions spend them.
   * @throws TxindexRequired when it can do neither.
   */
  transactions(txids: readonly Txid[], spentIn?: BlockHash): Promise<ReadonlyMap<Txid, Uint8Array>>;
  /**
   * Of these transactions the outputs that `spentIn` spends, as the node shows them beside the inputs of that block: also
   * where it has pruned the bytes. Value and script are the node's word then, which nothing here proves. Empty for a node
   * that gives transactions by an index, and for one that does not show outputs.
   */
  spentOutputs(txids: readonly Txid[], spentIn: BlockHash): Promise<ReadonlyMap<Txid, SpentOutputs>>;
  /** Where funding transactions come from; asked of the node once, and again while its index is being built. */
  fundingSource(): Promise<FundingSource>;
  /** Where the node publishes `hashblock`, as it says itself unless it was configured; null where it does not. */
  zmqUrl(): Promise<string | null>;
  /**
   * Says that something which the node answered turned out to be wrong. Several nodes as one leave it for another, and do not
   * come back for a while; one alone has nobody to leave to, and is not told.
   */
  distrust?(): void;
  close(): Promise<void>;
}
