import type { Rules, Seal } from '@virtualchain/projection';

/** The first block of the machine whose blocks these are. */
export const FIRST = 100;
export const RULES: Rules = {
  ...{ network: 'regtest', chain: 'kv', machine: 'kv', version: 3 },
  parametersHash: 'aa'.repeat(32),
};

/** How blocks are not as those of others. */
export interface Otherwise {
  /** From this height on the changes hash is another one, and with `what` the consensus hash, too. */
  readonly from?: number;
  readonly what?: 'consensus hash' | 'changes hash';
  /** From this height on there are other blocks. */
  readonly forkAt?: number;
}

/** What seals a block: each hash says by its letters how it came about. */
export function sealAt(height: number, { from = Infinity, what, forkAt = Infinity }: Otherwise = {}): Seal {
  const branch = height >= forkAt ? 'b' : 'a';
  const changes = height >= from ? 'd' : 'e';
  const consensus = what === 'consensus hash' ? changes : 'e';
  return {
    height,
    hash: `${branch}${String(height).padStart(63, '0')}`,
    consensusHash: `${branch}${consensus}${String(height).padStart(30, '0')}`,
    changesHash: `${branch}${changes}${String(height).padStart(62, '0')}`,
  } as Seal;
}

/** So many sealed blocks, from the machine's first. */
export function sealed(blocks: number, otherwise: Otherwise = {}): Seal[] {
  return Array.from({ length: blocks }, (_, index) => sealAt(FIRST + index, otherwise));
}
