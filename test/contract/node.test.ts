import { bytesToHex } from '@virtualchain/bitcoin';
import { startRealParts } from '@virtualchain/local';
import { type NodeRpc, openNode, openRpc } from '@virtualchain/node-client';
import { startRegtestNode } from '@virtualchain/regtest-node';
import { memoryNode } from '../kit/memory-node.ts';
import { createNodeModel } from '../kit/node-model.ts';
import { startScriptedNode } from '../kit/scripted-node.ts';
import { type NodeUnderTest, nodeContract } from './node.contract.ts';

nodeContract('memory', async () => {
  const model = createNodeModel();
  const node = memoryNode(model);
  return {
    node,
    reset: async () => model.reset(),
    submit: async ({ bytes }) => void model.submit(bytes),
    invalidate: async (hash) => model.invalidate(hash),
    close: node.close,
  };
});

for (const hasRest of [true, false]) {
  nodeContract(`scripted node in Core's dialect, ${hasRest ? 'with' : 'without'} REST`, async () => {
    const scripted = await startScriptedNode({ hasRest });
    const rpc = openRpc(scripted.url);
    return overRpc(
      scripted.url,
      rpc,
      async () => scripted.model.reset(),
      async () => scripted[Symbol.asyncDispose](),
    );
  });
}

nodeContract('the embedded node', async () => {
  const start = (port: number) => startRegtestNode({ login: 'vchain:secret', port });
  let node = await start(0);
  const rpc = openRpc(node.url);
  const reset = async () => {
    await node[Symbol.asyncDispose]();
    node = await start(Number(new URL(node.url).port));
  };
  return overRpc(node.url, rpc, reset, () => node[Symbol.asyncDispose]());
});

nodeContract('the real node of this run', async () => {
  const parts = await startRealParts({ need: ['node'], log: () => {} });
  const rpc = openRpc(parts.node.url);
  return overRpc(
    parts.node.url,
    rpc,
    () => parts.node.startEmpty(),
    () => parts[Symbol.asyncDispose](),
  );
});

function overRpc(url: string, rpc: NodeRpc, reset: () => Promise<void>, stop: () => PromiseLike<void>): NodeUnderTest {
  const node = openNode(url);
  return {
    node,
    reset,
    submit: async ({ bytes }) => void (await rpc.call('submitblock', bytesToHex(bytes))),
    invalidate: async (hash) => void (await rpc.call('invalidateblock', hash)),
    async close() {
      await Promise.all([node.close(), rpc.close()]);
      await stop();
    },
  };
}
