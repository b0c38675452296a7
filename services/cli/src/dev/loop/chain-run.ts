import type { RunningProcess } from '@virtualchain/local';
import type { Env } from '@virtualchain/process';
import { compiledCode, vchainArgs } from '../../starting/executable.ts';
import { nodePollMs } from './limits.ts';
import { type DevParts, logSettings } from './parts.ts';
import type { Definitions, Loaded } from './revision/messages.ts';

/** The log of a chain as it is now, and the ingester that writes it. */
export interface ChainRun {
  readonly name: string;
  /** Of its sources: another text, another log. */
  readonly print: string;
  readonly topicPrefix: string;
  readonly topic: string;
  readonly ingester: RunningProcess;
}

export const NETWORK = 'regtest';

/** Starts an ingester on a topic of its own. `number` counts the chains of the run. */
export async function startChain(
  { parts, log }: Pick<DevParts, 'parts' | 'log'>,
  definitions: Definitions,
  { name, print }: Loaded['chain'],
  number: number,
): Promise<ChainRun> {
  const topicPrefix = `${parts.topicPrefix}-${number}`;
  const { node } = parts;
  const ingester = await parts.startProcess({
    name: `ingester-${number}`,
    command: process.execPath,
    args: vchainArgs(
      ...['ingester', '--chain', definitions.chain],
      ...(definitions.chainParameters === undefined ? [] : ['--chain-parameters', definitions.chainParameters]),
    ),
    env: {
      ...environmentOfAuthor(),
      ...compiledCode(),
      VCHAIN_NETWORK: NETWORK,
      VCHAIN_NODE_URL: node.url,
      VCHAIN_NODE_ZMQ: node.zmqUrl,
      VCHAIN_NODE_COOKIE_FILE: node.cookieFile,
      ...logSettings(log).env,
      VCHAIN_TOPIC_PREFIX: topicPrefix,
      VCHAIN_POLL_MS: String(nodePollMs),
      VCHAIN_HTTP_PORT: '0',
    },
  });
  return { name, print, topicPrefix, topic: `${topicPrefix}.${NETWORK}.${name}`, ingester };
}

/** What an author's modules may want to know; settings of ours are those of this run alone. */
function environmentOfAuthor(): Env {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VCHAIN_|NODE_OPTIONS$)/.test(name)));
}
