import { announcePayload, balanceOf, tokenTransferPayload } from '@virtualchain/machine-bns';
import { EVERYBODY } from './people.ts';
import { type Plan, pays } from './plan.ts';
import { OTHER_UNIT } from './settings.ts';
import type { World } from './world.ts';

/** All of an account, one more than all, or a part; to others, mostly. */
export function tokenTransfer(world: World): Plan {
  const { random, epoch } = world;
  const account = random.chance(0.9) && world.accounts.length > 0 ? random.pick(world.accounts) : null;
  const by = EVERYBODY.find(({ address }) => address === account?.address) ?? world.anybody();
  const all = account === null ? 5n : balanceOf(account);
  const amount = random.pick([all, all + 1n, all / 2n, all / 3n, 1n, 1n, 0n]);
  const isWithoutHash = epoch.takesZeroConsensusHash ? random.chance(0.3) : random.chance(0.05);
  return {
    why: 'tokens',
    by: [by],
    opcode: '$',
    payload: tokenTransferPayload({
      consensusHash: isWithoutHash ? '00'.repeat(16) : world.consensusHash(),
      unit: random.chance(0.97) ? 'STACKS' : OTHER_UNIT,
      amount,
      scratch: 'ab'.repeat(random.pick([0, 0, 5, 34])),
    }),
    outputs: [pays(random.chance(0.95) ? world.anybody() : by)],
  };
}

/** By the owner of one of the names that are listened to, if somebody has it. */
export function announce(world: World): Plan {
  const heard = world.names.filter(({ name }) => world.rules.announcers.includes(name));
  const by = heard.length > 0 ? world.holder(world.random.pick(heard).sender) : world.anybody();
  const payload = announcePayload({ messageHash: world.value() });
  return { why: 'announce', by: [by], opcode: '#', payload, outputs: [] };
}
