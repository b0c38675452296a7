import { hexToBytes, type Sats, type TransactionOutput } from '@virtualchain/bitcoin';
import type { MachineVerdict } from '@virtualchain/projection';
import type { Connection } from '../../connection.ts';
import { timeoutSecondsMax } from '../../limits.ts';
import { loadChainOf } from '../../machine-of.ts';
import { paint, print, printError, table } from '../../output.ts';
import { verdictText } from '../../sending/judge.ts';
import { bytesOf, operationData } from '../../sending/operation-data.ts';
import { OperationRejected } from '../../sending/refusal.ts';
import { QueryInvalid, wholeNumber } from '../../values.ts';
import { type Followed, untilFollowed } from './followed.ts';
import { COIN_SATS, COINS_EACH, fund } from './fund.ts';
import { COIN_SATS_MAX, COIN_SATS_MIN, COINS_EACH_MAX, MINED_BLOCKS_MAX } from './limits.ts';
import { mine } from './mine.ts';
import { checkPerson, PEOPLE, personOf } from './people.ts';
import { reorg } from './reorg.ts';
import { awaitVerdicts, mineSent, sendFrom } from './send.ts';
import { onStage } from './stage.ts';

interface HandOptions {
  readonly json: boolean;
  readonly signal: AbortSignal;
}

export interface FundOptions extends HandOptions {
  readonly coins?: string;
  readonly satoshis?: string;
}

/** `vchain dev fund <people...>` */
export async function fundCommand(
  connection: Connection,
  people: readonly string[],
  { coins, satoshis, json, signal }: FundOptions,
): Promise<void> {
  const coinsEach = coins === undefined ? COINS_EACH : wholeNumber('--coins', coins, { min: 1, max: COINS_EACH_MAX });
  const coinValue =
    satoshis === undefined
      ? COIN_SATS
      : BigInt(wholeNumber('--satoshis', satoshis, { min: COIN_SATS_MIN, max: COIN_SATS_MAX }));
  people.forEach(checkPerson);
  await onStage(connection, async (stage) => {
    const wallets = people.map((person) => stage.walletOf(person));
    const funded = await fund(stage, wallets, { coinsEach, coinValue });
    const balances = wallets.map((wallet) => ({
      person: wallet.seed,
      address: wallet.address,
      coins: wallet.coins().length,
      satoshis: String(wallet.balance()),
    }));
    const followed = await untilFollowed(connection, funded.hash, signal);
    if (json) return print(JSON.stringify({ ...funded, people: balances, ...followed }));
    print(`block ${funded.height}: ${coinsEach} coins of ${coinValue} satoshis for ${people.join(', ')}`);
    print(
      table(
        ['person', 'address', 'coins', 'satoshis'],
        balances.map((each) => Object.values(each)),
      ),
    );
  });
}

/** `vchain dev mine [blocks]` */
export async function mineCommand(
  connection: Connection,
  blocks: string,
  { json, signal }: HandOptions,
): Promise<void> {
  const count = wholeNumber('blocks', blocks, { min: 1, max: MINED_BLOCKS_MAX });
  await onStage(connection, async (stage) => {
    const mined = await mine(stage, count);
    const followed = await untilFollowed(connection, mined.hash, signal);
    if (json) return print(JSON.stringify({ ...mined, ...followed }));
    const held = mined.transactions === 0 ? 'nothing was waiting' : `${mined.transactions} transactions were waiting`;
    print(
      `mined ${count === 1 ? 'a block' : `${count} blocks`}, height ${mined.height}; ${held}${behindText(followed)}`,
    );
  });
}

export interface ReorgOptions extends HandOptions {
  readonly keep?: boolean;
}

/** `vchain dev reorg [depth]` */
export async function reorgCommand(
  connection: Connection,
  depth: string,
  { keep = false, json, signal }: ReorgOptions,
): Promise<void> {
  const blocks = wholeNumber('depth', depth, { min: 1, max: MINED_BLOCKS_MAX });
  await onStage(connection, async (stage) => {
    const done = await reorg(stage, blocks, { keep });
    const followed = await untilFollowed(connection, done.hash, signal);
    if (json) return print(JSON.stringify({ ...done, ...followed }));
    const held =
      done.transactions === 0
        ? 'they held no transactions'
        : `their ${done.transactions} transactions ${keep ? 'stand in the new branch' : 'wait to be mined again, as far as the node keeps them'}`;
    print(`blocks ${done.fork + 1} to ${done.fork + blocks} are taken back, height ${done.height} is the tip; ${held}`);
  });
}

export interface DevSendOptions extends HandOptions {
  readonly payload?: string;
  readonly pay?: readonly string[];
  readonly mine: boolean;
  readonly timeout: string;
}

/**
 * `vchain dev send <person> <operation> [words...]`
 *
 * @throws OperationRejected where it was mined, and no machine of the chain accepted it
 */
export async function sendCommand(
  connection: Connection,
  [person, operation, words]: readonly [person: string, operation: string, words: readonly string[]],
  options: DevSendOptions,
): Promise<void> {
  const { json, signal } = options;
  const timeoutSeconds = wholeNumber('--timeout', options.timeout, { max: timeoutSecondsMax });
  checkPerson(person);
  const outputs = (options.pay ?? []).map(paymentOf);
  const chain = await loadChainOf(connection);
  const told = words.map((word) => (word.startsWith('@') ? personOf(word.slice(1)).address : word));
  const data = bytesOf(chain, operationData(chain, operation, told, options.payload));
  await onStage(connection, async (stage) => {
    const sent = await sendFrom(stage, stage.walletOf(person), { data, outputs });
    if (sent.wasFunded && !json) printError(`${person} had no coins, and was given some`);
    const { txid } = sent;
    if (!options.mine) {
      print(
        json ? JSON.stringify({ txid, height: null, verdicts: null }) : `${txid} waits to be mined: vchain dev mine`,
      );
      return;
    }
    const { height } = await mineSent(stage, sent);
    if (!json) print(`${txid} is in block ${height}`);
    const { postgresUrl } = connection;
    if (postgresUrl === undefined) {
      if (json) print(JSON.stringify({ txid, height, verdicts: null }));
      return;
    }
    const verdicts = await awaitVerdicts(postgresUrl, { chain: chain.name, txid }, { timeoutSeconds, signal });
    if (json) print(JSON.stringify({ txid, height, verdicts }));
    else for (const verdict of verdicts) print(`${verdict.machine}: ${saidOf(verdict)}`);
    refuseRejected(verdicts);
  });
}

/** Machines that are not where the node is. */
function behindText({ behind }: Followed): string {
  return behind.length === 0 ? '' : `. Not there yet: ${behind.join(', ')}; see vchain status`;
}

/** `NAME=SATOSHIS` */
function paymentOf(text: string): TransactionOutput {
  const [, name, value] = /^([^=]+)=(\d+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new QueryInvalid(`--pay ${JSON.stringify(text)}: not PERSON=SATOSHIS; give one such as bob=1000`);
  const satoshis = wholeNumber('--pay', value, { min: COIN_SATS_MIN, max: COIN_SATS_MAX });
  return { value: BigInt(satoshis) as Sats, script: hexToBytes(personOf(name).script) };
}

function saidOf({ kind, code, detail }: MachineVerdict): string {
  if (kind === 'accepted') return paint.green('accepted');
  return paint.red(verdictText({ kind, code: code ?? '', detail: detail ?? '' }));
}

function refuseRejected(verdicts: readonly MachineVerdict[]): void {
  if (verdicts.some(({ kind }) => kind === 'accepted')) return;
  const [first] = verdicts;
  throw new OperationRejected(
    `in block ${first?.height}, ${verdicts.map(({ machine, kind, code }) => `${machine}: ${kind}, ${code}`).join('; ')}`,
  );
}

/** `vchain dev people [names...]` */
export async function peopleCommand(
  connection: Connection,
  names: readonly string[],
  { json }: HandOptions,
): Promise<void> {
  names.forEach(checkPerson);
  await onStage(connection, async (stage) => {
    const people = (names.length === 0 ? PEOPLE : names).map((name) => {
      const wallet = stage.walletOf(name);
      return { ...personOf(name), coins: wallet.coins().length, satoshis: String(wallet.balance()) };
    });
    if (json) return print(JSON.stringify(people));
    const rows = people.map(({ name, address, coins, satoshis, key }) => [name, address, coins, satoshis, key]);
    print(table(['person', 'address', 'coins', 'satoshis', 'key (for VCHAIN_KEY, with --account p2pkh)'], rows));
  });
}
