import {
  type BlockHash,
  bytesToHex,
  concatBytes,
  type Height,
  type NetworkName,
  NULL_HASH,
  parseBlock,
  sha256,
  type Transaction,
} from '@virtualchain/bitcoin';
import { type AnyStateMachine, anchorHeight, type FoldInput } from '@virtualchain/machine';
import { type FundingLookup, operationEvents, scanBlock, type VirtualChain } from '@virtualchain/protocol';
import type { BuiltBlock } from './building/built-block.ts';
import { extendChain, type TestChain } from './building/chain-builder.ts';
import { dataScript } from './building/data-script.ts';
import { REGTEST_GENESIS } from './building/regtest.ts';
import { coinTransaction, type PlannedOutput, spendingTransaction } from './building/unsigned-transaction.ts';
import { createLedger } from './ledger.ts';
import { createWallet, type Wallet } from './wallet.ts';

/** A machine, and the virtual chain whose operations it folds. */
export interface MachineUnderTest {
  readonly chain: VirtualChain;
  readonly machine: AnyStateMachine;
  readonly network?: NetworkName;
}

/** An operation as a test spells it. */
export interface PlannedOperation {
  /** Seed of the wallet that sends it: `senderScript` has its script. */
  readonly sender: string;
  /** One character, or the byte. */
  readonly opcode: string | number;
  /** What follows magic and opcode; text is UTF-8. */
  readonly payload: string | Uint8Array;
  /** Satoshis; 1,000 when absent. */
  readonly fee?: bigint;
  /** Behind the output with the payload. */
  readonly outputs?: readonly PlannedOutput[];
  /** No output back to the sender: what is left is fee. For machines that count outputs. */
  readonly isWithoutChange?: boolean;
  /** Script of the output that it spends, in place of the sender's. */
  readonly spends?: Uint8Array;
  /** Script of the input, for machines that read public keys. Nothing is signed. */
  readonly inputScript?: Uint8Array;
}

/** The operations of one block, in order. */
export type PlannedBlock = readonly PlannedOperation[];

/** A branch in memory as the fold wants it. */
export interface History {
  /** Ready to be folded, oldest first; the first is the block after the machine's anchor. */
  readonly inputs: readonly FoldInput[];
  /**
   * The branch that shares the blocks up to the height `at` and goes on with these. An operation that both branches have
   * at one height and position is the same transaction; forks of one block want different letters.
   */
  forkAt(at: number, blocks: readonly PlannedBlock[], letter?: string): History;
}

const coinValue = 100_000_000n;
const feeDefault = 1_000n;
const utf8 = new TextEncoder();

/** The P2PKH script of the wallet of a seed: the same one that a miner's `walletOf(seed)` has. */
export function senderScript(seed: string): Uint8Array {
  return walletOf(seed).script;
}

/** The public key behind `senderScript`, compressed. */
export function senderPublicKey(seed: string): Uint8Array {
  return walletOf(seed).publicKey;
}

function walletOf(seed: string): Wallet {
  let wallet = wallets.get(seed);
  if (wallet === undefined) {
    wallet = createWallet(seed, createLedger(), () => NULL_HASH);
    wallets.set(seed, wallet);
  }
  return wallet;
}

const wallets = new Map<string, Wallet>();

/**
 * Builds the blocks that hold these operations, from the machine's first block on, and reads them as the ingester does:
 * whole blocks, scanned, with the outputs they spend.
 */
export function historyOf(subject: MachineUnderTest, blocks: readonly PlannedBlock[]): History {
  return grow({ subject, funding: new Map(), letter: 'a' }, [anchorBlock(anchorHeight(subject.machine))], blocks);
}

interface Branch {
  readonly subject: MachineUnderTest;
  /** Transactions that hold the coins which operations spend, of all branches. */
  readonly funding: Map<string, Transaction>;
  readonly letter: string;
}

function grow(branch: Branch, below: TestChain, blocks: readonly PlannedBlock[]): History {
  const { subject, funding, letter } = branch;
  const from = (below.at(-1) as BuiltBlock).height + 1;
  const transactions = (height: number) =>
    (blocks[height - from] ?? []).map((operation, position) => {
      const coin = coinTransaction(
        [{ value: coinValue, script: operation.spends ?? senderScript(operation.sender) }],
        `${height} ${position} ${operation.sender}`,
      );
      funding.set(coin.txid, coin);
      return operationTransaction(subject.chain, operation, coin).bytes;
    });
  const chain = extendChain(below, { length: blocks.length, transactions, letter });
  const anchor = anchorHeight(subject.machine);
  const folded = chain.filter(({ height }) => height > anchor);
  return {
    inputs: folded.map((block) => foldInput(subject, block, (txid) => funding.get(txid))),
    forkAt(at, forked, forkLetter = 'b') {
      const common = chain.filter(({ height }) => height <= at);
      if (common.at(-1)?.height !== at) throw new RangeError(`no block at height ${at} to fork from`);
      return grow({ ...branch, letter: forkLetter }, common, forked);
    },
  };
}

/** The unsigned transaction of an operation: the payload first, then its outputs, then the change to its sender. */
export function operationTransaction(
  { magic }: VirtualChain,
  { sender, opcode, payload, fee = feeDefault, outputs = [], isWithoutChange = false, inputScript }: PlannedOperation,
  coin: Transaction,
): Transaction {
  const opcodeBytes = typeof opcode === 'number' ? Uint8Array.of(opcode) : utf8.encode(opcode);
  const data = concatBytes(magic, opcodeBytes, typeof payload === 'string' ? utf8.encode(payload) : payload);
  const left = outputs.reduce((rest, { value }) => rest - value, (coin.outputs[0]?.value ?? 0n) - fee);
  const change = isWithoutChange ? [] : [{ value: left, script: senderScript(sender) }];
  return spendingTransaction({
    spends: [{ transaction: coin, ...(inputScript === undefined ? {} : { script: inputScript }) }],
    outputs: [{ value: 0n, script: dataScript(data) }, ...outputs, ...change],
  });
}

/** One block as the log hands it to the fold. Sequence numbers grow along a branch, with gaps. */
export function foldInput(
  { chain, network = 'regtest' }: Pick<MachineUnderTest, 'chain' | 'network'>,
  { bytes, height, time }: Pick<BuiltBlock, 'bytes' | 'height' | 'time'>,
  funding: FundingLookup,
): FoldInput {
  const block = parseBlock(bytes);
  const scanned = scanBlock(block, chain);
  const envelope = { schema: 1 as const, log: '00'.repeat(16), epoch: 1 };
  const operations = operationEvents({ chain, network }, { block, height }, scanned, funding).map((operation) => ({
    ...operation,
    ...envelope,
    sequence: height * operationsPerBlockMax + operation.position + 1,
  }));
  return { height, hash: block.hash, previousHash: block.header.previousHash, time, operations };
}

const operationsPerBlockMax = 100_000;

/** What the first block builds on: the genesis block, or a made-up one for machines that begin further up. */
function anchorBlock(height: Height): BuiltBlock {
  if (height <= 0) return REGTEST_GENESIS;
  const hash = bytesToHex(sha256(utf8.encode(`block ${height}`))) as BlockHash;
  return { ...REGTEST_GENESIS, height, hash, previousHash: NULL_HASH, time: REGTEST_GENESIS.time + height };
}
