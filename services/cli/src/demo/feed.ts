import { openRpc, problemsOfNodeUrl } from '@virtualchain/node-client';
import { clientUrl, optional, readConfig, required, text } from '@virtualchain/process';
import { createMiner } from '@virtualchain/testing';
import { print } from '../output.ts';
import { requireEmptyRegtest } from './empty-node.ts';
import { fundPeople } from './people.ts';
import { playFirstBranch, playReorganisation } from './story.ts';

const spec = {
  nodeUrl: required(clientUrl('a URL such as http://user:password@host:port', problemsOfNodeUrl), {
    flag: 'node-url',
    env: 'VCHAIN_NODE_URL',
    about: 'the node to mine on and send to',
    secret: true,
  }),
  cookieFile: optional(text, {
    flag: 'node-cookie-file',
    env: 'VCHAIN_NODE_COOKIE_FILE',
    about: 'where the node writes its login, for a URL without one',
  }),
} as const;

/** `--feed`: mines and sends to the node of the environment, and leaves the folding to whoever is there. */
export async function feedNode(signal: AbortSignal): Promise<number> {
  const { nodeUrl, cookieFile } = readConfig(spec, process.env, []);
  await using rpc = openRpc(nodeUrl, { cookieFile });
  await requireEmptyRegtest(rpc);
  const miner = createMiner({ rpc });
  const people = await fundPeople(miner);
  print(`funded at height ${miner.tip.height}`);
  const say = (line: string): void => {
    signal.throwIfAborted();
    print(line);
  };
  const stage = { rpc, miner, people, say };
  await playReorganisation(stage, await playFirstBranch(stage));
  return 0;
}
