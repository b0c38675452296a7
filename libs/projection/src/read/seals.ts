import type { BlockHash } from '@virtualchain/bitcoin';
import type { ConsensusHash } from '@virtualchain/machine';
import { Blocks, readHashesAt, readNewestBlock, type StoredHashes } from '../build/blocks.ts';
import { type MachineInstance, parametersHash } from '../registry/registered-build.ts';
import type { Registry } from '../registry/registry.ts';
import { inLiveBuild } from './live-build.ts';

/** What seals a block: builds of the same rules have the same hashes on the same block. */
export interface Seal {
  readonly height: number;
  readonly hash: BlockHash;
  readonly consensusHash: ConsensusHash;
  readonly changesHash: string;
}

/** What the seals of two builds are compared by: only those of the same rules say anything about each other. */
export interface Rules {
  readonly network: string;
  readonly chain: string;
  readonly machine: string;
  readonly version: number;
  /** Of the parameters of chain and machine: 64 hex digits. */
  readonly parametersHash: string;
}

/** Seals of a machine's live build, all of one moment. */
export interface Seals extends Rules {
  /** The newest; null before the first block that the machine has folded. */
  readonly tip: Seal | null;
  /** In the order asked for; null at heights that have none. */
  readonly seals: readonly (Seal | null)[];
}

/** The rules that an instance of a machine folds by. */
export function rulesOf(instance: MachineInstance): Rules {
  const { network, chain, machine } = instance;
  return {
    ...{ network, chain: chain.name, machine: machine.name, version: machine.version },
    parametersHash: parametersHash(instance),
  };
}

/**
 * Reads what two operators compare.
 *
 * @throws NoLiveBuild, VersionDiffers, ParametersDiffer, LayoutDiffers, DatabaseUnavailable.
 */
export function readSeals(registry: Registry, instance: MachineInstance, heights: readonly number[]): Promise<Seals> {
  return inLiveBuild(registry, instance, [Blocks], async (build) => {
    const newest = await readNewestBlock(build, { isFolded: true });
    const found = new Map((await readHashesAt(build, heights)).map((seal) => [seal.height, seal]));
    return {
      ...rulesOf(instance),
      tip: sealOf(newest),
      seals: heights.map((height) => sealOf(found.get(height))),
    };
  });
}

/** Null where there is no block, or one from below the machine's first. */
function sealOf(block: StoredHashes | null | undefined): Seal | null {
  if (block === null || block === undefined) return null;
  const { height, hash, consensusHash, changesHash } = block;
  return consensusHash === null || changesHash === null ? null : { height, hash, consensusHash, changesHash };
}
