import { parseArgs } from 'node:util';
import { type Parameters, parseParameters } from '@virtualchain/definitions';
import { type Env, optional, readSettings, text } from '@virtualchain/process';

const CHAIN = optional(text, { env: 'VCHAIN_CHAIN', about: 'the virtual chains, separated by commas' });
const PARAMETERS = optional(text, {
  env: 'VCHAIN_CHAIN_PARAMETERS',
  about: 'parameters of the chains that are given none, JSON',
});

/** A chain as the command line names it. */
export interface ChainFlag {
  readonly chain: string;
  readonly parameters: Parameters;
}

/**
 * Takes `--chain` and `--chain-parameters`, which may come several times, out of the arguments. Parameters belong to the
 * chain before them; `VCHAIN_CHAIN` (comma separated) and `VCHAIN_CHAIN_PARAMETERS` (for chains without any) stand in, or
 * the files that these variables name with `_FILE` behind them.
 *
 * `problems` are for whoever lists them with those of the other settings; there is no chain then.
 *
 * @throws DefinitionUnusable
 */
export function readChainFlags(
  env: Env,
  args: readonly string[],
): { readonly chains: readonly ChainFlag[]; readonly rest: readonly string[]; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const { tokens } = parseArgs({
    args: [...args],
    options: { chain: { type: 'string' }, 'chain-parameters': { type: 'string' } },
    strict: false,
    tokens: true,
  });
  const named: { chain: string; parameters: string | null }[] = [];
  const taken = new Set<number>();
  for (const token of tokens) {
    if (token.kind !== 'option' || (token.name !== 'chain' && token.name !== 'chain-parameters')) continue;
    taken.add(token.index);
    if (token.value === undefined) {
      problems.push(`--${token.name} has no value`);
      continue;
    }
    if (!token.inlineValue) taken.add(token.index + 1);
    const last = named.at(-1);
    if (token.name === 'chain') named.push({ chain: token.value, parameters: null });
    else if (last === undefined) problems.push('--chain-parameters belongs behind the --chain it is for');
    else last.parameters = token.value;
  }
  if (named.length === 0) {
    const { config, problems: unreadable } = readSettings({ chain: CHAIN }, env);
    problems.push(...unreadable);
    for (const chain of (config.chain ?? '').split(',').filter(Boolean)) named.push({ chain, parameters: null });
  }
  const { config, problems: unreadable } = readSettings({ parametersForAll: PARAMETERS }, env);
  problems.push(...unreadable);
  if (named.length === 0) problems.push('no chain is named: give --chain <name or module> or VCHAIN_CHAIN');
  const rest = args.filter((_argument, index) => !taken.has(index));
  if (problems.length > 0) return { chains: [], rest, problems };
  const chains = named.map(({ chain, parameters }) => ({
    chain,
    parameters: parseParameters(`parameters of chain ${chain}`, parameters ?? config.parametersForAll),
  }));
  return { chains, rest, problems };
}
