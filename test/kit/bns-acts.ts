import { type Act, sendTokens, transfer, update } from '../../services/cli/src/demo/acts.ts';

const PEOPLE = ['alice', 'bob', 'carol', 'dave'] as const;
const NAMES = ['alice', 'bob', 'carol', 'gold', 'bank'] as const;

/** What somebody of the demo does at random: some of it is refused, as what names a block that is gone. */
export function someAct(random: () => number): Act {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const [by, to] = [pick(PEOPLE), pick(PEOPLE)];
  const name = `${pick(NAMES)}.demo`;
  const roll = random();
  if (roll < 0.6) return sendTokens(by, to, BigInt(1 + Math.floor(random() * 20)));
  return roll < 0.9 ? update(by, name, String(random())) : transfer(by, name, to);
}
