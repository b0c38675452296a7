import { wallClock } from '@virtualchain/kernel';
import { NodeBusy, NodeReplyInvalid, NodeTimeout, NodeUnauthorized, NodeUnreachable } from './errors.ts';
import { COMPARE_EVERY_MS, DISTRUST, LAG_BLOCKS_MAX } from './limits.ts';
import type { BitcoinNode } from './port.ts';

/** When another node takes over. */
export interface FailoverOptions {
  /** A node so many blocks behind another is left for it. */
  readonly lagBlocksMax?: number;
  /** How often the nodes are compared. */
  readonly compareEveryMs?: number;
  readonly now?: () => number;
}

/**
 * Several nodes as one. Calls go to one of them until it fails, lags, or is distrusted; then the next one takes over. When all
 * fail, the error is the last one's. Answers of different nodes are told apart by what is checked anyway: hashes and links.
 */
export function failover(nodes: readonly BitcoinNode[], options: FailoverOptions = {}): BitcoinNode {
  const [only] = nodes;
  if (only === undefined) throw new RangeError('failover needs a node');
  if (nodes.length === 1) return only;
  const choice = chooseAmong(nodes, only, options);
  const { ask } = choice;
  return {
    get label() {
      return choice.inUse().label;
    },
    async status() {
      await choice.leaveIfLagging();
      return ask((node) => node.status());
    },
    bestBlock: () => ask((node) => node.bestBlock()),
    blockHashAt: (height) => ask((node) => node.blockHashAt(height)),
    blockHashesFrom: (height, count) => ask((node) => node.blockHashesFrom(height, count)),
    header: (hash) => ask((node) => node.header(hash)),
    block: (hash) => ask((node) => node.block(hash)),
    chainTips: () => ask((node) => node.chainTips()),
    transactions: (txids, spentIn) => ask((node) => node.transactions(txids, spentIn)),
    spentOutputs: (txids, spentIn) => ask((node) => node.spentOutputs(txids, spentIn)),
    zmqUrl: () => ask((node) => node.zmqUrl()),
    fundingSource: () => ask((node) => node.fundingSource()),
    distrust: choice.distrust,
    close: closeAll,
    [Symbol.asyncDispose]: closeAll,
  };

  async function closeAll(): Promise<void> {
    await Promise.all(nodes.map((node) => node.close()));
  }
}

/** Which of several nodes is in use. */
function chooseAmong(nodes: readonly BitcoinNode[], first: BitcoinNode, options: FailoverOptions) {
  const { lagBlocksMax = LAG_BLOCKS_MAX, compareEveryMs = COMPARE_EVERY_MS, now = wallClock.now } = options;
  let current = 0;
  let comparedAt = now();
  const distrusted = new Map<number, Distrust>();
  const inUse = (): BitcoinNode => nodes[current] ?? first;
  const isTrusted = (index: number): boolean => (distrusted.get(index)?.until ?? Number.NEGATIVE_INFINITY) <= now();

  /** In which order they are asked: from the one in use on, those that are distrusted last. */
  function inOrder(): readonly number[] {
    const all = nodes.map((_node, i) => (current + i) % nodes.length);
    return [...all.filter(isTrusted), ...all.filter((index) => !isTrusted(index))];
  }

  return {
    inUse,
    async ask<Result>(question: (node: BitcoinNode) => Promise<Result>): Promise<Result> {
      let failure: unknown;
      for (const index of inOrder()) {
        current = index;
        try {
          return await question(inUse());
        } catch (error) {
          if (!isOutOfOrder(error)) throw error;
          failure = error;
        }
      }
      throw failure;
    },
    /** Leaves the node in use for the first one that is more than `lagBlocksMax` ahead of it. */
    async leaveIfLagging(): Promise<void> {
      if (now() - comparedAt < compareEveryMs) return;
      comparedAt = now();
      const heights = await Promise.all(
        nodes.map((node, index) =>
          node.bestBlock().then(
            ({ height }) => (isTrusted(index) ? height : -1),
            () => -1,
          ),
        ),
      );
      const ours = heights[current] ?? -1;
      const best = heights.indexOf(Math.max(...heights) as never);
      if ((heights[best] ?? -1) - ours > lagBlocksMax) current = best;
    },
    distrust(): void {
      distrusted.set(current, nextDistrust(distrusted.get(current), now()));
      current = inOrder()[0] ?? 0;
    },
  };
}

/** Until when a node is not trusted, and how long that was. */
interface Distrust {
  readonly until: number;
  readonly ms: number;
}

/** Longer each time, unless the last time is long over. */
function nextDistrust(earlier: Distrust | undefined, now: number): Distrust {
  const isRecent = earlier !== undefined && now - earlier.until < DISTRUST.lastMs;
  const ms = isRecent ? Math.min(2 * earlier.ms, DISTRUST.lastMs) : DISTRUST.firstMs;
  return { until: now + ms, ms };
}

/** Failures of the node itself, as against answers that another node would give as well. */
function isOutOfOrder(error: unknown): boolean {
  return [NodeUnreachable, NodeTimeout, NodeBusy, NodeReplyInvalid, NodeUnauthorized].some(
    (Kind) => error instanceof Kind,
  );
}
