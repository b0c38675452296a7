import { loadChain, loadMachine } from '@virtualchain/definitions';
import type { MachineInstance } from '@virtualchain/projection';
import { instanceOf } from '../../../services/cli/src/demo/deployment.ts';

/** The machines of a run, each on a chain of its own, and how its subscriber is told. */
export const MACHINES = [
  { name: 'kv', chain: 'kv', transport: 'websocket' },
  { name: 'bns', chain: 'bns', transport: 'sse' },
] as const;

export type MachineName = (typeof MACHINES)[number]['name'];

export async function machineOf(name: MachineName): Promise<MachineInstance> {
  if (name === 'bns') return instanceOf('bns');
  const chain = await loadChain('kv');
  return { chain, network: 'regtest', parameters: {}, machine: await loadMachine('kv', chain) };
}
