import { anchorHeight } from '@virtualchain/machine';
import { bnsChain, bnsMachine } from '@virtualchain/machine-bns';
import type { MachineInstance } from '@virtualchain/projection';
import type { Random } from '../../simulation/random.ts';
import { importKeys, TRADERS } from './people.ts';

const firstBlock = 1;
/** Names are not sold for it. */
export const OTHER_UNIT = 'STONES';

/** Windows short enough that a chain of 300 blocks crosses all of them many times. */
export function drawInstance(random: Random, blocks: number): MachineInstance {
  const chain = bnsChain({ firstBlock });
  const last = firstBlock + blocks - 1;
  const parameters = {
    gracePeriod: random.between(2, 6),
    preorderExpiry: random.between(4, 12),
    revealWindow: random.between(6, 25),
    receiveFees: random.between(4, 60),
    consensusWindow: random.between(4, 24),
    importKeys,
    namesPerOwnerMax: random.pick([3, 4, 6, 25]),
    epochEnds: drawEpochEnds(random, last),
    endOfLife: random.chance(0.3) ? last - 5 : null,
    announcers: ['a.a', 'a.one', 'abc.two', 'e.four', 'b2.one', 'hello.a'],
    genesisAccounts: [
      ...TRADERS.slice(0, 7).map(({ address }) => drawAccount(random, address, last)),
      ...TRADERS.map(({ address }) => ({ address, unit: OTHER_UNIT, value: String(10 ** 18) })),
    ],
  };
  const machine = bnsMachine(parameters, chain);
  if (anchorHeight(machine) !== firstBlock - 1) throw new RangeError('the chain begins on the genesis block');
  return { chain, machine, network: 'mainnet', parameters };
}

/** All epochs in turn; or some of them, cut anywhere; or the last one. */
function drawEpochEnds(random: Random, last: number): readonly number[] {
  const cuts = [1, 2, 3, 4, 5];
  switch (random.pick(['in turn', 'in turn', 'some', 'last'])) {
    case 'in turn':
      return cuts.map((cut) => Math.floor(((cut + random.next() - 0.5) * last) / 6));
    case 'some':
      return cuts.map(() => (random.chance(0.3) ? 0 : random.between(1, last))).sort((one, other) => one - other);
    default:
      return cuts.map(() => 0);
  }
}

/** Some are locked, some take nothing, and something vests at all interesting heights, the first block among them. */
function drawAccount(random: Random, address: string, last: number) {
  const vesting = [
    firstBlock - 1,
    firstBlock,
    firstBlock + 1,
    ...Array.from({ length: 4 }, () => random.between(2, last)),
  ];
  return {
    address,
    value: String(random.pick([1_000, 10 ** 14, 10 ** 15, 10 ** 15])),
    lock: random.chance(0.3) ? random.between(1, last) : 0,
    receiveWhitelisted: random.chance(0.8),
    metadata: random.chance(0.2) ? 'sold' : '',
    vesting: Object.fromEntries(vesting.map((height) => [height, String(random.between(1, 10 ** 12))])),
  };
}
