import { scriptAddress } from '@virtualchain/bitcoin';
import { loadChain, loadMachine, type Parameters } from '@virtualchain/definitions';
import type { MachineInstance } from '@virtualchain/projection';
import { senderScript } from '@virtualchain/testing';

/** The virtual chain of the demo. Everything before its first block only makes the coins that are spent later. */
export const CHAIN = 'bns';
export const CHAIN_PARAMETERS: Parameters = { firstBlock: 101 };

/** 10,000 STACKS in micro-Stacks: enough for a namespace of four characters, and some to give away. */
const ALICES_TOKENS = '10000000000';

/** Both read the same topic. BNS goes by its final rules, with the addresses of regtest; alice has tokens to begin with. */
export const MACHINES: Readonly<Record<'bns' | 'activity', Parameters>> = {
  bns: {
    epochEnds: [0, 0, 0, 0, 0],
    addressVersions: { p2pkh: 111, p2sh: 196 },
    genesisAccounts: [{ address: scriptAddress(senderScript('alice'), 'regtest'), value: ALICES_TOKENS }],
  },
  activity: {},
};

export type DemoMachine = keyof typeof MACHINES;

export const MACHINE_NAMES = Object.keys(MACHINES) as readonly DemoMachine[];

/** A machine of the demo as its projector loads it. */
export async function instanceOf(name: DemoMachine): Promise<MachineInstance> {
  const chain = await loadChain(CHAIN, CHAIN_PARAMETERS);
  const parameters = MACHINES[name];
  return { chain, network: 'regtest', parameters, machine: await loadMachine(name, chain, parameters) };
}

/** The flags that the services are started with. */
export const INGESTER_FLAGS: readonly string[] = [
  '--chain',
  CHAIN,
  '--chain-parameters',
  JSON.stringify(CHAIN_PARAMETERS),
];

export function projectorFlags(machine: DemoMachine): readonly string[] {
  const parameters = MACHINES[machine];
  const given = Object.keys(parameters).length === 0 ? [] : ['--machine-parameters', JSON.stringify(parameters)];
  return [...INGESTER_FLAGS, '--machine', machine, ...given];
}
