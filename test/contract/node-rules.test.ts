import { startRealParts } from '@virtualchain/local';
import { openRpc } from '@virtualchain/node-client';
import type { Env } from '@virtualchain/process';
import { bitcoindEnv, describeOnBitcoind } from '../kit/on-bitcoind.ts';
import { nodeRules, type RuledNode } from './node-rules.contract.ts';

nodeRules('the embedded node', () =>
  openOn({ ...process.env, VCHAIN_NODE_URL: undefined, VCHAIN_LOCAL_NODE: 'embedded' }),
);

describeOnBitcoind('the same table', () => {
  nodeRules('a real bitcoind', () => openOn(bitcoindEnv));
});

async function openOn(env: Env): Promise<RuledNode> {
  const parts = await startRealParts({ need: ['node'], log: () => undefined, env });
  const rpc = openRpc(parts.node.url);
  return {
    rpc,
    async close() {
      await rpc.close();
      await parts[Symbol.asyncDispose]();
    },
  };
}
