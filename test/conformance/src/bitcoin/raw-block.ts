import {
  type Block,
  BlockInvalid,
  bytesToHex,
  type Height,
  headerHash,
  hexToBytes,
  type NetworkName,
  parseBlock,
  parseTransaction,
  type Transaction,
  type Txid,
  treeRoot,
} from '@virtualchain/bitcoin';
import {
  type OperationEvent,
  operationEvents,
  type ScannedTransaction,
  type Sender,
  scanBlock,
  type Unplaced,
  type VirtualChain,
} from '@virtualchain/protocol';

/** Blocks and funding transactions as a vector file gives them. Their network is the main one. */
export interface RawBlocks {
  readonly headers_file_hex: string;
  readonly raw_blocks_hex: readonly string[];
  readonly funding_transactions: Readonly<Record<string, string>>;
}

const network: NetworkName = 'mainnet';

/** The original's header file has 80 bytes and a zero for each height. */
const headerRecordDigits = 162;

/**
 * The block of a height, compared with the header file and its own merkle root. The made-up blocks of the vectors have
 * no proof of work, which is why this is not `verifyBlock`.
 */
export function rawBlockAt(raw: RawBlocks, firstHeight: number, height: number): Block {
  const block = parseBlock(hexToBytes(raw.raw_blocks_hex[height - firstHeight] ?? ''));
  const record = raw.headers_file_hex.slice(height * headerRecordDigits, height * headerRecordDigits + 160);
  const hash = headerHash(hexToBytes(record));
  if (block.hash !== hash)
    throw new BlockInvalid('WRONG_BLOCK', block.hash, `the header file has ${hash} at ${height}`);
  if (treeRoot(block.tree) !== block.header.merkleRoot) {
    throw new BlockInvalid('WRONG_MERKLE_ROOT', block.hash, treeRoot(block.tree));
  }
  return block;
}

/** Funding transactions by txid, read once. */
export function fundingOf(raw: RawBlocks): ReadonlyMap<Txid, Transaction> {
  return new Map(
    Object.entries(raw.funding_transactions).map(([txid, hex]) => [txid as Txid, parseTransaction(hexToBytes(hex))]),
  );
}

/** Finds every payload, whatever it starts with: a chain without magic bytes. */
export const EVERY_PAYLOAD: VirtualChain = {
  name: 'every_payload',
  magic: new Uint8Array(0),
  firstBlock: 0 as Height,
  operations: new Map(),
  parameters: {},
};

export interface ScannedEvent {
  readonly scanned: ScannedTransaction;
  readonly event: Unplaced<OperationEvent>;
}

/** What our scanner finds for a chain, each with its event. */
export function scannedEvents(
  chain: VirtualChain,
  at: { readonly block: Block; readonly height: number },
  funding: ReadonlyMap<Txid, Transaction>,
): readonly ScannedEvent[] {
  const scanned = scanBlock(at.block, chain);
  const place = { block: at.block, height: at.height as Height };
  const events = operationEvents({ chain, network }, place, scanned, (txid) => funding.get(txid));
  return scanned.map((each, index) => ({ scanned: each, event: events[index] as Unplaced<OperationEvent> }));
}

/** The whole payload of what `EVERY_PAYLOAD` found. */
export function nulldataOf({ scanned: { opcode, payload } }: ScannedEvent): string {
  return opcode === null ? '' : bytesToHex(Uint8Array.of(opcode, ...payload));
}

/** A sender as the original writes it. */
export function originalSender({ value, scriptPubKey, scriptType, addresses, txid, index }: Sender) {
  return {
    addresses,
    nulldata_vin_outpoint: index,
    script_pubkey: scriptPubKey,
    script_type: scriptType,
    txid,
    value: Number(value),
  };
}
