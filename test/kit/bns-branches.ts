import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FoldInput } from '@virtualchain/machine';
import { createMemoryLog, type LogChange, type LogEntry } from '@virtualchain/operation-log';
import type { MachineInstance } from '@virtualchain/projection';
import { type BnsChainVectors, bnsBlock } from '../conformance/src/bns/bns-chain.ts';
import { bnsInstance } from '../conformance/src/bns/bns-events.ts';
import { readVectors } from '../conformance/src/run-folder.ts';
import { publish, readAll } from '../contract/kv-log.ts';

/** A recorded chain, and a detour: another branch from the middle of its operations, and not as long. */
export interface BnsBranches {
  readonly instance: MachineInstance;
  readonly main: readonly FoldInput[];
  readonly fork: readonly FoldInput[];
  /** Consensus hashes as recorded, oldest first. */
  readonly consensusHashes: readonly string[];
}

const vectors = fileURLToPath(new URL('../vectors/', import.meta.url));

/** All recorded chains, by their paths. */
const CHAINS: readonly string[] = readdirSync(vectors, { recursive: true, encoding: 'utf8' })
  .filter((path) => /^bns(-|\/).*\.json(\.gz)?$/.test(path) && path !== 'bns-wire.json')
  .sort();

/** Small ones, of a rule each. */
export const BNS_RULES = CHAINS.filter((path) => path.startsWith('bns/'));
export const BNS_CHAINS = CHAINS.filter((path) => !BNS_RULES.includes(path));

export async function readBnsChain(file: string): Promise<BnsChainVectors> {
  return (await readVectors(vectors + file)) as BnsChainVectors;
}

export async function bnsBranches(file: string): Promise<BnsBranches> {
  const { blocks, ...head } = await readBnsChain(file);
  const main = blocks.map(bnsBlock);
  const busy = blocks.flatMap(({ txs }, index) => (txs.some(({ accepted }) => accepted) ? [index] : []));
  const common = busy[Math.floor(busy.length / 2)] ?? 0;
  const end = common + Math.ceil((main.length - common) / 2);
  return {
    instance: bnsInstance(head),
    main,
    fork: [...main.slice(0, common), ...main.slice(common, end).map(otherwise)],
    consensusHashes: blocks.map(({ consensus_hash }) => consensus_hash),
  };
}

/** The same height on the other branch: all operations of the first block are missing, and every second one above. */
function otherwise(input: FoldInput, index: number): FoldInput {
  const hash = forkHash(input.hash);
  return {
    ...input,
    hash,
    previousHash: index === 0 ? input.previousHash : forkHash(input.previousHash),
    operations: input.operations
      .filter((_operation, position) => index > 0 && position % 2 === 1)
      .map((operation, position) => ({ ...operation, blockHash: hash, position })),
  };
}

function forkHash(hash: string): FoldInput['hash'] {
  return `f${hash.slice(1)}` as FoldInput['hash'];
}

const topic = 'vchain.mainnet.bns';

/** The log of a node that went along the main branch, over to the fork, and back: as a projector reads it. */
export async function bnsChanges({ instance, main, fork }: BnsBranches): Promise<readonly LogChange[]> {
  await using log = createMemoryLog();
  const { chain, network } = instance;
  const common = fork.filter(({ hash }) => main.some((block) => block.hash === hash)).length;
  const reached = main.slice(0, fork.length + 1);
  const entries = [
    ...reached.map(connected),
    ...reached.slice(common).toReversed().map(disconnected),
    ...fork.slice(common).map(connected),
    ...fork.slice(common).toReversed().map(disconnected),
    ...main.slice(common).map(connected),
  ];
  const magic = Buffer.from(chain.magic).toString('hex');
  await publish(log, topic, entries, { topic, network, chain: chain.name, magic, firstBlock: chain.firstBlock });
  return readAll(log, topic);
}

export function connected({ height, hash, previousHash, time, operations }: FoldInput): LogEntry {
  return {
    kind: 'connect',
    block: { height, hash, previousHash, header: '00'.repeat(80), time, work: BigInt(2 * height) },
    operations: operations.map(({ schema: _schema, log: _log, epoch: _epoch, sequence: _sequence, ...said }) => said),
  };
}

export function disconnected({ height, hash, previousHash }: FoldInput): LogEntry {
  return { kind: 'disconnect', block: { height, hash, previousHash } };
}
