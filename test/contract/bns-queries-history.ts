import { type BnsView, bnsChain, bnsMachine } from '@virtualchain/machine-bns';
import { createMemoryLog, type LogChange, type LogEntry } from '@virtualchain/operation-log';
import type { MachineInstance } from '@virtualchain/projection';
import { historyOf, type PlannedBlock } from '@virtualchain/testing';
import { connected, disconnected } from '../kit/bns-branches.ts';
import {
  addressOf,
  empty,
  FIRST,
  importName,
  OTHER_VALUE,
  orderNamespace,
  preorder,
  ready,
  register,
  renew,
  reveal,
  revoke,
  sendTokens,
  step,
  transfer,
  update,
  VALUE,
} from '../kit/bns-steps.ts';
import { publish, readAll } from './kv-log.ts';

/** What every account begins with, and what one of them is credited at block 110. */
export const RICH = 1_000_000_000_000_000n;
export const VESTED = 700n;

/** Lifetimes of 5 blocks count twice, grace is 4. */
export function instanceWith(more: Readonly<Record<string, unknown>> = {}): MachineInstance {
  const parameters = {
    epochEnds: [0, 0, 0, 0, 0],
    consensusWindow: 1000,
    gracePeriod: 4,
    genesisAccounts: [
      ...['w0', 'w1', 'w2', 'w3'].map((who) => ({ address: addressOf(who), value: `${RICH}` })),
      { address: addressOf('vested'), value: '5', vesting: { '110': `${VESTED}` } },
    ],
    ...more,
  };
  const chain = bnsChain({ firstBlock: FIRST });
  return { chain, machine: bnsMachine(parameters, chain), network: 'mainnet', parameters };
}

/** From block 101 on. */
const begun: readonly PlannedBlock[] = [
  [orderNamespace()], // 101
  [reveal({ lifetime: 5 })],
  [importName({ by: 'w1', to: 'w4', name: 'imp.test' })], // 103
  [ready()],
  [preorder({ by: 'w2' }), preorder({ by: 'w3', name: 'bar.test' })], // 105
  [register({ by: 'w2', value: VALUE }), register({ by: 'w3', name: 'bar.test' })],
  [
    // 107: two updates by the owner, one by somebody else, tokens, and an opcode that nobody knows
    update({ by: 'w2', value: '33'.repeat(20) }),
    update({ by: 'w2', value: OTHER_VALUE }),
    update({ by: 'w3', value: VALUE }),
    sendTokens('w0', 'w2', 1000n),
    step('w2', 'z', new Uint8Array(3), []),
  ],
];

/** The lives of three names: `imp.test` expires, `bar.test` is revoked, `foo.test` expires and is bought again. */
const main: readonly PlannedBlock[] = [
  ...begun,
  [transfer({ by: 'w2', to: 'w3' })], // 108
  [revoke({ by: 'w3', name: 'bar.test' })],
  [renew({ by: 'w3' })], // 110
  ...empty(15),
  [preorder({ by: 'w4' })], // 126
  [register({ by: 'w4' })],
  [], // 128
];

/** From block 108 on, up to 110. */
const otherwise: readonly PlannedBlock[] = [[transfer({ by: 'w2', to: 'w4' })], [], []];

const topic = 'vchain.mainnet.bns';

export interface Lives {
  readonly instance: MachineInstance;
  /** Up to block 128; then back to 107 and over to 110 of the other branch; then back to 128. */
  readonly changes: { readonly main: Changes; readonly over: Changes; readonly back: Changes };
  /** Txids by height and position, on the main branch. */
  txid(height: number, position: number): string;
}

type Changes = readonly LogChange[];

/** What the tests ask. */
export interface Asked extends Pick<Lives, 'txid'> {
  /** At a height, or at the newest one. */
  at<Answer>(height: number | 'tip', ask: (view: BnsView) => Promise<Answer>): Promise<Answer>;
}

export async function livesOfNames(): Promise<Lives> {
  const instance = instanceWith();
  const history = historyOf(instance, main);
  const { inputs } = history;
  const fork = history.forkAt(FIRST + begun.length - 1, otherwise).inputs.slice(begun.length);
  const stages = [
    inputs.map(connected),
    [...inputs.slice(begun.length).toReversed().map(disconnected), ...fork.map(connected)],
    [...fork.toReversed().map(disconnected), ...inputs.slice(begun.length).map(connected)],
  ] as const;
  const changes = await changesOf(instance, stages.flat());
  const [toMain, toOver] = [stages[0].length, stages[0].length + stages[1].length];
  return {
    instance,
    changes: { main: changes.slice(0, toMain), over: changes.slice(toMain, toOver), back: changes.slice(toOver) },
    txid: (height, position) => inputs[height - FIRST]?.operations[position]?.txid ?? '',
  };
}

/** One name with many updates, one a block from 106 on. */
export async function manyUpdates(updates: number): Promise<{ instance: MachineInstance; changes: Changes }> {
  const instance = instanceWith();
  const blocks = [
    [orderNamespace()],
    [reveal({ lifetime: 500 })],
    [ready()],
    [preorder({ by: 'w2' })],
    [register({ by: 'w2' })],
    ...Array.from({ length: updates }, (_, index) => [update({ by: 'w2', value: hashOf(index) })]),
  ];
  return { instance, changes: await changesOf(instance, historyOf(instance, blocks).inputs.map(connected)) };
}

export const hashOf = (index: number): string => index.toString(16).padStart(40, '0');

async function changesOf({ chain, network }: MachineInstance, entries: readonly LogEntry[]): Promise<Changes> {
  await using log = createMemoryLog();
  const magic = Buffer.from(chain.magic).toString('hex');
  await publish(log, topic, entries, { topic, network, chain: chain.name, magic, firstBlock: chain.firstBlock });
  return readAll(log, topic);
}
