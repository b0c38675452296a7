import type { NodeRpc } from '@virtualchain/node-client';
import type { BuiltBlock, Miner } from '@virtualchain/testing';
import { foldRawBlocks } from '@virtualchain/testing';
import { paint } from '../output.ts';
import type { Act } from './acts.ts';
import { instanceOf } from './deployment.ts';
import type { Hashes, People } from './people.ts';
import { BEFORE_FORK, RETRACTED, WINNING } from './script.ts';

export interface Stage {
  readonly rpc: NodeRpc;
  readonly miner: Miner;
  readonly people: People;
  say(line: string): void;
}

/** Where the branches of the script part, and the hash that operations of both can name. */
export interface Fork {
  readonly from: BuiltBlock;
  readonly consensusHash: string;
}

/** Plays the blocks up to the tip of the branch that will be retracted. */
export async function playFirstBranch(stage: Stage): Promise<Fork> {
  const { miner } = stage;
  const consensusHash = await tipConsensusHash(miner);
  const hashes = { consensusHash, retractedHash: null };
  stage.say('in brackets: what the rules refuse, as it was worked out by hand; the end shows whether it was right');
  for (const acts of BEFORE_FORK) await sendAndMine(stage, acts, hashes);
  const from = miner.tip;
  for (const acts of RETRACTED) await sendAndMine(stage, acts, hashes);
  return { from, consensusHash };
}

/** Plays the longer branch: other operations from the same block on. */
export async function playReorganisation({ miner, people, say }: Stage, fork: Fork): Promise<void> {
  const hashes = { consensusHash: fork.consensusHash, retractedHash: await tipConsensusHash(miner) };
  say(paint.yellow(`reorganisation: ${RETRACTED.length} blocks go, ${WINNING.length} others take their place`));
  people.forgetPending();
  const branch = miner.forkAt(fork.from.hash);
  for (const acts of WINNING) {
    const block = await branch.mine(people.sign(acts, hashes, branch.tip.hash));
    tell(say, `block ${block.height}'`, acts);
  }
}

/** Sends through the node's mempool, as a wallet would, then mines in the order of the script. */
async function sendAndMine({ rpc, miner, people, say }: Stage, acts: readonly Act[], hashes: Hashes): Promise<void> {
  const transactions = people.sign(acts, hashes, miner.tip.hash);
  for (const { bytes } of transactions) await rpc.call('sendrawtransaction', Buffer.from(bytes).toString('hex'));
  await miner.mine(transactions);
  tell(say, `block ${miner.tip.height}`, acts);
}

/** The consensus hash of the miner's tip, as anybody can compute it from the blocks alone. */
async function tipConsensusHash(miner: Miner): Promise<string> {
  const fold = await foldRawBlocks(await instanceOf('bns'), miner.branch());
  return fold.tip?.consensusHash ?? '';
}

function tell(say: Stage['say'], block: string, acts: readonly Act[]): void {
  say(paint.bold(block));
  for (const { says, verdict, code } of acts)
    say(`  ${says}${code === null ? '' : paint.red(` (${verdict}: ${code})`)}`);
}
