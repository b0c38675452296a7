import { questionsOf } from '@virtualchain/gateway-client';
import type { Connection } from '../connection.ts';
import { NotThere } from './errors.ts';

/** A collection, as far as a command asks. */
export interface ServedCollection {
  readonly name: string;
  readonly key: readonly string[];
}

interface ServedMachine {
  readonly name: string;
  readonly collections: readonly ServedCollection[];
}

interface ServedChain {
  readonly name: string;
  readonly machines: readonly ServedMachine[];
}

/** The questions of every gateway that commands ask. */
interface NetworkQuestions {
  '/v1/chains': { parameters: Record<never, never>; answer: { network: string; chains: readonly ServedChain[] } };
}

/** The virtual chains of a gateway. */
export async function chainsAt(
  gateway: string,
  { gatewayToken: token }: Pick<Connection, 'gatewayToken'>,
  signal?: AbortSignal,
): Promise<readonly ServedChain[]> {
  const ask = questionsOf<NetworkQuestions>(gateway, { token });
  return (await ask('/v1/chains', {}, signal === undefined ? {} : { signal })).chains;
}

/** The chain that is named; else kv, or the only one there is. @throws NotThere naming those that there are */
export async function chainAt(gateway: string, connection: Connection, signal: AbortSignal): Promise<string> {
  const { chain, isChainNamed } = connection;
  if (isChainNamed === true) return chain;
  const names = (await chainsAt(gateway, connection, signal)).map(({ name }) => name);
  const [only] = names;
  if (names.length === 1 && only !== undefined) return only;
  if (names.includes('kv')) return 'kv';
  throw new NotThere(`the gateway has ${names.join(', ') || 'no chain'}: name one with --chain`);
}

/** A machine by its name, of the chain that is named where one is. @throws NotThere naming those that there are */
export async function machineAt(
  gateway: string,
  name: string,
  connection: Connection,
): Promise<{ readonly chain: string; readonly machine: ServedMachine }> {
  const { chain, isChainNamed } = connection;
  const all = (await chainsAt(gateway, connection)).flatMap(({ name: of, machines }) =>
    machines.map((machine) => ({ chain: of, machine })),
  );
  const found = all.filter((each) => each.machine.name === name && (isChainNamed !== true || each.chain === chain));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const known = all.map((each) => `${each.machine.name} (chain ${each.chain})`).join(', ') || 'none';
  throw new NotThere(
    found.length > 1
      ? `the gateway has several machines ${JSON.stringify(name)}: name the chain, too, of ${known}`
      : `the gateway has no machine ${JSON.stringify(name)}; it has ${known}: give one of them`,
  );
}
