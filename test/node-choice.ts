import { ExpectedError } from '@virtualchain/kernel';
import { debianBitcoind, findBitcoind, type LocalNodeChoice } from '@virtualchain/local';

type NodeKind = LocalNodeChoice['kind'];

const KINDS: readonly NodeKind[] = ['bitcoind', 'btcd', 'embedded'];

/** `--node` does not say which node, or the environment says another. */
class NodeChoiceInvalid extends ExpectedError {
  override readonly name = 'NodeChoiceInvalid';
  readonly code = 'NODE_CHOICE_INVALID';
  readonly remedy = 'halt';
}

/** Takes `--node <kind>` out of the arguments of a run; what is left are patterns. @throws NodeChoiceInvalid */
export function readNodeFlag(args: readonly string[]): {
  readonly node: NodeKind | undefined;
  readonly patterns: readonly string[];
} {
  const flags = args.flatMap((arg, index) => (arg === '--node' || arg.startsWith('--node=') ? [index] : []));
  const [at] = flags;
  if (at === undefined) return { node: undefined, patterns: args };
  const isJoined = args[at] !== '--node';
  const given = isJoined ? args[at]?.slice('--node='.length) : args[at + 1];
  const node = KINDS.find((kind) => kind === given);
  if (node === undefined || flags.length > 1)
    throw new NodeChoiceInvalid(`--node is given once, as ${KINDS.join(', ')}, not ${JSON.stringify(given ?? '')}`);
  return { node, patterns: args.toSpliced(at, isJoined ? 1 : 2) };
}

/** What makes the suites of a run start this node. A bitcoind is fetched when there is none. @throws NodeChoiceInvalid, BitcoindUnavailable */
export async function nodeSettings(
  node: NodeKind | undefined,
  env: NodeJS.ProcessEnv,
  log: (line: string) => void,
): Promise<NodeJS.ProcessEnv> {
  if (node === undefined) return {};
  if (env['VCHAIN_NODE_URL'])
    throw new NodeChoiceInvalid('--node starts a node, and VCHAIN_NODE_URL names one: unset it');
  if (node !== 'bitcoind') return { VCHAIN_LOCAL_NODE: node };
  return { VCHAIN_LOCAL_NODE: 'bitcoind', VCHAIN_BITCOIND: findBitcoind(env) ?? (await debianBitcoind(env, log)) };
}
