import { MemoryProjection, MemoryStore } from '@virtualchain/projection';
import { projectionContract } from './projection.contract.ts';

projectionContract('memory', async (instance) => {
  const store = await MemoryStore.open(instance.machine);
  return {
    open: async () => new MemoryProjection(store),
    rows: async (collection) => store.fold.state.dump(collection),
    consensusHashes: async () => store.fold.blocks.map(({ consensusHash }) => consensusHash),
    changesHashes: async () => store.fold.blocks.map(({ changesHash }) => changesHash),
    feed: async () =>
      store.feed.map(({ kind, height, verdict }) => [kind, height, ...(verdict === null ? [] : [verdict])].join(' ')),
    failNextCommit: async () => {
      store.beforeCommit = async () => {
        store.beforeCommit = async () => undefined;
        throw new Error('the commit failed');
      };
    },
    dispose: async () => undefined,
  };
});
