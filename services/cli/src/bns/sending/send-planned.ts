import { concatBytes, type PrivateKey, publicKeyOf } from '@virtualchain/bitcoin';
import { rehearse } from '@virtualchain/machine';
import type { Plan, Planning, Sender } from '@virtualchain/machine-bns';
import { OperationRefused, readPlanning, rehearsedOf } from '@virtualchain/machine-bns';
import { redactText } from '@virtualchain/process';
import type { Account } from '@virtualchain/wallet';
import type { Connection } from '../../connection.ts';
import { accountOf, readKeys } from '../../keys.ts';
import { projectionBehindBlocksMax } from '../../limits.ts';
import { openRpcOf, readNetwork } from '../../node-of.ts';
import { print } from '../../output.ts';
import { OperationRejected } from '../../sending/refusal.ts';
import { type Settled, waitForVerdict } from '../../sending/wait.ts';
import { waitOf } from '../../sending/waiting-options.ts';
import { deliver, paymentOf, prepare } from '../../transaction.ts';
import { QueryInvalid } from '../../values.ts';
import { type NameSystem, openNameSystem } from '../name-system.ts';
import { reasonText } from './reasons.ts';
import { type SendingOptions, senderKinds } from './sending-options.ts';

type Planner = (planning: Planning) => Promise<Plan>;

/**
 * Plans an operation by the projection's tip, has the machine rehearse it, builds, sends, and on request waits for the
 * verdict.
 *
 * @throws OperationRefused before anything is sent, OperationRejected and WaitTimedOut after it.
 */
export async function sendPlanned(
  connection: Connection,
  options: SendingOptions,
  signal: AbortSignal,
  planner: Planner,
): Promise<void> {
  const waiting = waitOf(options);
  const paid = paymentOf(options);
  const keys = await readKeys(options);
  const accountOn = accountOf(options, keys, senderKinds);
  await using names = await openNameSystem(connection);
  const network = await readNetwork(connection);
  if (network !== names.instance.network)
    throw new QueryInvalid(`the node is on ${network}, the projection on ${names.instance.network}`);
  const account = accountOn(network);
  await using rpc = await openRpcOf(connection);
  const nodeHeight = Number(await rpc.call('getblockcount'));
  const plan = await planChecked(names, { account, keys, nodeHeight }, planner, options);
  const { summary, opcode, payload, outputs, changeIndex } = plan;
  const data = concatBytes(names.instance.chain.magic, Uint8Array.of(opcode), payload);
  const operation = changeIndex === undefined ? { data, outputs } : { data, outputs, changeIndex };
  const { built, described } = await prepare(rpc, account, operation, paid);
  const txid = await deliver(rpc, { built, described: { operation: summary, ...described } }, options);
  if (txid === null) return;
  const coin = built.change === 0n ? null : `${txid}:${changeIndex ?? outputs.length + 1}`;
  const sent = { txid, operation: summary, fee: String(built.fee), change: String(built.change), coin };
  if (!options.json) print(`${txid} ${summary}; fee ${built.fee} satoshis, change ${coin ?? 'none'}`);
  if (options.wait === undefined) {
    if (options.json) print(JSON.stringify(sent));
    return;
  }
  const settled = await waitForVerdict(names, rpc, txid, { ...waiting, signal, say }).catch((error: unknown) => {
    if (options.json) print(JSON.stringify({ ...sent, verdict: null }));
    throw error;
  });
  if (options.json) print(JSON.stringify({ ...sent, ...settled }));
  sayVerdict(settled, options.json);
}

/** Who sends, and how far the node is. */
interface SendingFrom {
  readonly account: Account;
  readonly keys: readonly PrivateKey[];
  readonly nodeHeight: number;
}

/** The plan, if nothing speaks against it or it is forced. @throws OperationRefused */
async function planChecked(
  names: NameSystem,
  { account, keys, nodeHeight }: SendingFrom,
  planner: Planner,
  { force }: Pick<SendingOptions, 'force'>,
): Promise<Plan> {
  return names.view('tip', async (view) => {
    const plan = await planner(await readPlanning(view, names.instance.machine.firstBlock, account));
    const behind = nodeHeight - view.reading.tip;
    const problems = [...plan.problems];
    if (problems.length === 0) {
      const operations = [plan, ...(plan.next === undefined ? [] : [plan.next])];
      const rehearsed = operations.map((each) => rehearsedOf(each, senderOf(account, keys)));
      const verdicts = await rehearse(names.instance.machine, view.reading, rehearsed);
      const failed = verdicts.findIndex(({ kind }) => kind !== 'accepted');
      const verdict = verdicts[failed];
      if (verdict !== undefined && verdict.kind !== 'accepted')
        problems.push(`${failed === 0 ? '' : 'what it is for: '}${reasonText(verdict.code, verdict.detail)}`);
    }
    if (behind > projectionBehindBlocksMax)
      problems.push(
        `the projection is at block ${view.reading.tip}, ${behind} behind the node: wait until it has caught up`,
      );
    if (problems.length === 0) return plan;
    const found = `${plan.summary}: ${problems.join('; ')}`;
    if (force !== true) throw new OperationRefused(`${found}. Nothing was sent; --force sends it all the same`);
    say(`--force: ${found}`);
    return plan;
  });
}

/** A multisig or nested input shows no key that the rules read. */
function senderOf({ script, kind }: Account, [key]: readonly PrivateKey[]): Sender {
  return { script, kind, publicKey: kind === 'p2pkh' && key !== undefined ? publicKeyOf(key) : null };
}

/** A line of progress, beside what is printed. */
function say(line: string): void {
  process.stderr.write(`${redactText(line)}\n`);
}

/** @throws OperationRejected */
function sayVerdict({ verdict, height, confirmations }: Settled, json: boolean): void {
  if (verdict.kind !== 'accepted')
    throw new OperationRejected(`${verdict.kind} in block ${height}: ${reasonText(verdict.code, verdict.detail)}`);
  const counted = confirmations === 1 ? '1 confirmation' : `${confirmations} confirmations`;
  if (!json) print(`accepted in block ${height}, with ${counted}`);
}
