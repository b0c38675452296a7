import type { Transaction } from '@virtualchain/bitcoin';
import type { Chain } from '../chain/chain.ts';
import {
  isFinal,
  meetsRelativeLocks,
  spendingProblem,
  transactionProblem,
  weightOf,
} from '../chain/check-transaction.ts';
import { type Coin, outpointOf } from '../chain/coins.ts';
import { placeAbove } from '../chain/connect-block.ts';
import {
  ANCESTORS_MAX,
  DESCENDANTS_MAX,
  PACKAGE_VIRTUAL_BYTES_MAX,
  RELAY_FEE_RATE_MIN,
  WITNESS_SCALE,
} from '../limits.ts';
import { sigopsCost } from '../script/sigops.ts';
import { inputProblem } from '../script/verify-input.ts';
import type { Entries, Entry } from './entry.ts';
import { type Refusal, replacementProblem } from './replacement.ts';
import { feeFor, isDust, standardProblem } from './standard.ts';
import { standardInputsProblem } from './standard-inputs.ts';

/** What transactions are judged by. */
export interface MempoolGround {
  readonly chain: Chain;
  readonly entries: Entries;
  /** Unix seconds. */
  readonly now: () => number;
}

export type Verdict =
  | { readonly kind: 'accepted'; readonly entry: Entry; readonly replaced: ReadonlySet<Entry> }
  | ({ readonly kind: 'refused' } & Refusal);

export interface AcceptOptions {
  /** It was in a block, or waits already: its fee and its ancestors are not looked at. */
  readonly isTakenBack?: boolean;
}

/** A signature check counts for so many bytes, where those are more than the transaction has. */
const BYTES_PER_SIGOP = 20;

/** Judges a transaction by consensus and by what is relayed, in Core's order. Nothing changes. */
export function accept(ground: MempoolGround, transaction: Transaction, options: AcceptOptions = {}): Verdict {
  const { chain, entries, now } = ground;
  const problem = problemAlone(ground, transaction);
  if (problem !== null) return refused(problem);
  const conflicts = [...new Set(transaction.inputs.flatMap((input) => entries.spenderOf(outpointOf(input)) ?? []))];
  const spent = coinsOf(ground, transaction);
  if (typeof spent === 'string') return refused(spent);
  const place = placeAbove(chain.tree.best);
  if (!meetsRelativeLocks(transaction, spent, place)) return refused('non-BIP68-final');
  const spending = spendingProblem(transaction, spent, place.height);
  if ('problem' in spending) return refused(spending.problem);
  const outputs = spent.map(({ output }) => output);
  const nonstandard = standardInputsProblem(transaction, outputs);
  if (nonstandard !== null) return refused(nonstandard);
  const { fee } = spending;
  const sigops = sigopsCost(transaction, outputs);
  const virtualBytes = Math.ceil(Math.max(weightOf(transaction), sigops * BYTES_PER_SIGOP) / WITNESS_SCALE);
  const entry = { transaction, fee, virtualBytes, sigops, time: now(), height: chain.tree.best.height };
  const ancestors = entries.ancestorsOf(transaction);
  const refusal =
    (options.isTakenBack ? null : (feeProblem(entry) ?? chainLengthProblem(entries, entry, ancestors))) ??
    (conflicts.length === 0 ? null : replacementProblem(entries, { entry, conflicts, ancestors }));
  if (refusal !== null) return { kind: 'refused', ...refusal };
  const wrong = scriptProblem(transaction, spent, chain);
  if (wrong !== null) return refused(`mempool-script-verify-flag-failed (${wrong.text})`, wrong.detail);
  return { kind: 'accepted', entry, replaced: entries.withDescendants(conflicts) };
}

function refused(reason: string, detail?: string): Verdict {
  return { kind: 'refused', reason, ...(detail === undefined ? {} : { detail }) };
}

/** What is wrong with it whatever it spends. */
function problemAlone({ chain, entries }: MempoolGround, transaction: Transaction): string | null {
  const problem = transactionProblem(transaction);
  if (problem !== null) return problem;
  if (transaction.isCoinbase) return 'coinbase';
  const nonstandard = standardProblem(transaction);
  if (nonstandard !== null) return nonstandard;
  const { height, medianTime } = placeAbove(chain.tree.best);
  if (!isFinal(transaction, height, medianTime)) return 'non-final';
  const present = entries.get(transaction.txid);
  if (present === undefined) return null;
  return present.transaction.wtxid === transaction.wtxid
    ? 'txn-already-in-mempool'
    : 'txn-same-nonwitness-data-in-mempool';
}

/** What each input spends, of the chain or of the mempool, spent there or not; or why it cannot be said. */
function coinsOf({ chain, entries }: MempoolGround, { inputs, outputs, txid }: Transaction): readonly Coin[] | string {
  const coins: Coin[] = [];
  const nextHeight = chain.tree.best.height + 1;
  for (const input of inputs) {
    const output = entries.get(input.txid)?.transaction.outputs[input.index];
    const waiting = output === undefined ? undefined : { output, height: nextHeight, isCoinbase: false };
    const coin = chain.coins.get(outpointOf(input)) ?? waiting;
    if (coin === undefined) {
      const isMined = outputs.some((_output, index) => chain.coins.get(outpointOf({ txid, index })) !== undefined);
      return isMined ? 'txn-already-known' : 'bad-txns-inputs-missingorspent';
    }
    coins.push(coin);
  }
  return coins;
}

function feeProblem({ transaction, fee, virtualBytes }: Entry): Refusal | null {
  const least = feeFor(RELAY_FEE_RATE_MIN, virtualBytes);
  if (fee < least) return { reason: 'min relay fee not met', detail: `${fee} < ${least}` };
  if (transaction.outputs.some(isDust)) return { reason: 'dust', detail: 'tx with dust output must be 0-fee' };
  return null;
}

function chainLengthProblem(entries: Entries, entry: Entry, ancestors: ReadonlySet<Entry>): Refusal | null {
  const refuse = (detail: string): Refusal => ({ reason: 'too-long-mempool-chain', detail });
  if (ancestors.size + 1 > ANCESTORS_MAX) return refuse(`too many unconfirmed ancestors [limit: ${ANCESTORS_MAX}]`);
  const bytes = [...ancestors].reduce((sum, each) => sum + each.virtualBytes, entry.virtualBytes);
  if (bytes > PACKAGE_VIRTUAL_BYTES_MAX)
    return refuse(`exceeds ancestor size limit [limit: ${PACKAGE_VIRTUAL_BYTES_MAX}]`);
  for (const ancestor of ancestors) {
    const family = entries.withDescendants([ancestor]);
    const { txid } = ancestor.transaction;
    if (family.size + 1 > DESCENDANTS_MAX)
      return refuse(`too many descendants for tx ${txid} [limit: ${DESCENDANTS_MAX}]`);
    const familyBytes = [...family].reduce((sum, each) => sum + each.virtualBytes, entry.virtualBytes);
    if (familyBytes > PACKAGE_VIRTUAL_BYTES_MAX)
      return refuse(`exceeds descendant size limit for tx ${txid} [limit: ${PACKAGE_VIRTUAL_BYTES_MAX}]`);
  }
  return null;
}

/** By the rules of what is relayed, which are the narrower ones: what passes is right in a block, too. */
function scriptProblem(transaction: Transaction, spent: readonly Coin[], { memory }: Chain) {
  const outputs = spent.map(({ output }) => output);
  const { wtxid } = transaction;
  if (memory.has(standardKey(wtxid))) return null;
  for (const [index, { txid, index: vout }] of transaction.inputs.entries()) {
    const spend = { transaction, index, spent: outputs } as const;
    const text = inputProblem({ ...spend, strictness: 'standard' });
    if (text === null) continue;
    return { text, detail: `input ${index} of ${transaction.txid} (wtxid ${wtxid}), spending ${txid}:${vout}` };
  }
  memory.add(wtxid);
  memory.add(standardKey(wtxid));
  return null;
}

const standardKey = (wtxid: string): string => `standard ${wtxid}`;
