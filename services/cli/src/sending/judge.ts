import { merkleTreeOfHashes, type TransactionOutput } from '@virtualchain/bitcoin';
import { builtInMachines } from '@virtualchain/definitions';
import { rehearse } from '@virtualchain/machine';
import { liveAmong, openRegistry, type Reader, readerOf } from '@virtualchain/projection';
import { operationEvents } from '@virtualchain/protocol';
import type { BuiltOperation } from '@virtualchain/wallet';
import { type Connection, need } from '../connection.ts';
import { projectionBehindBlocksMax } from '../limits.ts';
import { chainAmong, checkDefinitions, openMachine } from '../machine-of.ts';
import { QueryInvalid } from '../values.ts';
import type { SentData } from './operation-data.ts';

/** The machine that says what becomes of an operation, by its projection. */
export interface Judge extends AsyncDisposable {
  readonly reader: Reader;
  /** What speaks against a transaction in the next block; empty where nothing does. */
  problemsOf(built: BuiltOperation, sent: SentData, nodeHeight: number): Promise<readonly string[]>;
}

/** Opens the machine that is named, or the only one that runs on the chain. @throws SettingMissing, QueryInvalid, NoLiveBuild */
export async function openJudge(connection: Connection, named: string | undefined): Promise<Judge> {
  const opened = await openMachine(connection, named ?? (await onlyMachine(connection)));
  const { registry, instance } = opened;
  const reader = readerOf(registry, instance);
  return {
    reader,
    problemsOf: (built, sent, nodeHeight) =>
      reader.read('tip', async (reading) => {
        const [verdict] = await rehearse(instance.machine, reading, [eventOf(built, sent, instance)]);
        const problems: string[] = [];
        if (verdict !== undefined && verdict.kind !== 'accepted')
          problems.push(`${instance.machine.name} would say ${verdictText(verdict)}`);
        const behind = nodeHeight - reading.tip;
        if (behind > projectionBehindBlocksMax)
          problems.push(
            `the projection is at block ${reading.tip}, ${behind} behind the node: wait until it has caught up`,
          );
        return problems;
      }),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

/** What a verdict other than accepted says, for people. */
export function verdictText({ kind, code, detail }: { kind: string; code: string; detail: string }): string {
  return `${kind}: ${code}${detail === '' ? '' : `, ${detail}`}`;
}

/** @throws QueryInvalid where it has to be said which machine is meant. */
async function onlyMachine(connection: Connection): Promise<string> {
  await checkDefinitions(connection);
  await using registry = await openRegistry(need(connection, 'postgresUrl'));
  const builds = await registry.builds();
  const chain = await chainAmong(connection, builds);
  const names = [...new Set(builds.filter((build) => build.chain === chain.name).map(({ machine }) => machine))];
  const live = names.filter((name) => liveAmong(builds, chain.name, name) !== null).sort();
  const [only, ...others] = live.filter((name) => builtInMachines.includes(name));
  if (only !== undefined && others.length === 0 && live.length === 1) return only;
  throw new QueryInvalid(
    `--machine is not given, and ${live.length === 0 ? `no machine of ${chain.name} is live` : `${live.join(', ')} judge ${chain.name}`}; give one by its name or module`,
  );
}

/** The transaction as its operation's event would show it. */
function eventOf(
  { transaction, spent }: BuiltOperation,
  { opcode, payload }: SentData,
  place: Pick<Parameters<typeof operationEvents>[0], 'chain' | 'network'>,
) {
  const at = {
    block: { hash: transaction.txid as never, tree: merkleTreeOfHashes(transaction.hash) },
    height: 0 as never,
  };
  const scanned = [{ transaction, transactionIndex: 0, opcode, payload }];
  const [event] = operationEvents(place, at, scanned, (txid) => {
    const coins = spent.filter((coin) => coin.txid === txid);
    const outputs: Record<number, TransactionOutput> = {};
    for (const { index, value, script } of coins) outputs[index] = { value, script };
    return { outputs };
  });
  if (event === undefined) throw new TypeError('an operation makes an event');
  const { senders, inputs, outputs } = event;
  return { opcode: event.opcode, payload: event.payload, senders, inputs, outputs };
}
