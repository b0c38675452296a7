import type { BlockHeader } from './header.ts';
import type { NetworkName } from './network.ts';
import { decodeCompact, encodeCompact } from './proof-of-work.ts';

/** Blocks between two retargets, on every network that retargets. */
export const retargetIntervalBlocks = 2016;
const spacingSeconds = 600;
const timespanSeconds = retargetIntervalBlocks * spacingSeconds;

/** How a network sets the difficulty of its blocks: Core's consensus parameters, as far as `bits` depend on them. */
export interface DifficultyRules {
  /** The easiest target, in its compact form. */
  readonly limitBits: number;
  /** False on regtest: every block has the easiest target. */
  readonly retargets: boolean;
  /** A block 20 minutes after its parent may have the easiest target (testnet3, testnet4). */
  readonly allowsEasyBlocks: boolean;
  /** BIP94: retargets start from the first block of the interval, whose time may not go far back (testnet4). */
  readonly enforcesBip94: boolean;
}

const MAINNET: DifficultyRules = {
  limitBits: 0x1d00ffff,
  retargets: true,
  allowsEasyBlocks: false,
  enforcesBip94: false,
};

const RULES: Readonly<Record<string, DifficultyRules>> = {
  mainnet: MAINNET,
  testnet3: { ...MAINNET, allowsEasyBlocks: true },
  testnet4: { ...MAINNET, allowsEasyBlocks: true, enforcesBip94: true },
  signet: { ...MAINNET, limitBits: 0x1e0377ae },
  regtest: { ...MAINNET, limitBits: 0x207fffff, retargets: false },
};

/** Null for a network that is none of the five: its rule is not known. */
export function difficultyRules(network: NetworkName): DifficultyRules | null {
  return RULES[network] ?? null;
}

/** The headers of one branch, as far back as the start of the retarget interval. */
export interface HeaderView {
  at(height: number): Pick<BlockHeader, 'time' | 'bits'> | undefined;
}

/** The first height of the retarget interval that block `height` is part of. */
export function retargetStart(height: number): number {
  return height - (height % retargetIntervalBlocks);
}

/** The lowest height whose header must be known to say what block `height` needs. */
export function headersNeededFrom(height: number): number {
  return retargetStart(Math.max(0, height - 1));
}

/**
 * The bits that a block must have: Core's `GetNextWorkRequired`. Null for a network whose rule is not known.
 * @throws RangeError when a header of the interval is missing from `view`.
 */
export function requiredBits(network: NetworkName, view: HeaderView, height: number, time: number): number | null {
  const rules = difficultyRules(network);
  if (rules === null) return null;
  const { limitBits } = rules;
  if (height === 0 || !rules.retargets) return limitBits;
  const last = headerAt(view, height - 1);
  if (height % retargetIntervalBlocks === 0) {
    const first = headerAt(view, height - retargetIntervalBlocks);
    const bits = rules.enforcesBip94 ? first.bits : last.bits;
    return encodeCompact(retargetedTarget({ bits, firstTime: first.time, lastTime: last.time }, rules));
  }
  if (!rules.allowsEasyBlocks) return last.bits;
  return time > last.time + 2 * spacingSeconds ? limitBits : lastRegularBits(view, height - 1, limitBits);
}

/** The bits of the newest block of the interval that did not use the 20-minute rule. */
function lastRegularBits(view: HeaderView, from: number, limitBits: number): number {
  for (let height = from; ; height -= 1) {
    const { bits } = headerAt(view, height);
    if (bits !== limitBits || height % retargetIntervalBlocks === 0) return bits;
  }
}

function headerAt(view: HeaderView, height: number): Pick<BlockHeader, 'time' | 'bits'> {
  const header = view.at(height);
  if (header === undefined) throw new RangeError(`no header at ${height}: the retarget interval must be complete`);
  return header;
}

/** What a retarget looks at. */
export interface RetargetInterval {
  readonly bits: number;
  readonly firstTime: number;
  readonly lastTime: number;
}

/** The target after an interval, before it is rounded to its compact form: scaled by its time, at most fourfold. */
export function retargetedTarget({ bits, firstTime, lastTime }: RetargetInterval, rules: DifficultyRules): bigint {
  const seconds = Math.min(Math.max(lastTime - firstTime, timespanSeconds / 4), timespanSeconds * 4);
  const target = (decodeCompact(bits).target * BigInt(seconds)) / BigInt(timespanSeconds);
  const limit = decodeCompact(rules.limitBits).target;
  return target > limit ? limit : target;
}

const timewarpSecondsMax = 600;

/** BIP94: the first block of an interval is at most 10 minutes older than its parent. */
export function isTimewarp(network: NetworkName, view: HeaderView, height: number, time: number): boolean {
  if (difficultyRules(network)?.enforcesBip94 !== true || height === 0 || height % retargetIntervalBlocks !== 0) {
    return false;
  }
  return time < headerAt(view, height - 1).time - timewarpSecondsMax;
}
