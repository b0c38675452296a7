/**
 * What a next version of the kv machine could be, for tests of `vchain compare-rules`: from block 120 on it takes no claim of a
 * name that ends with a digit from 5 on.
 */
import type { Height } from '@virtualchain/bitcoin';
import { type MachineDefinition, rejected } from '@virtualchain/machine';
import { kvMachine } from '@virtualchain/machine-kv';

/** From where it differs. */
export const DIFFERS_FROM = 120 as Height;

const kvCandidate: MachineDefinition = (parameters, chain) => {
  const machine = kvMachine(parameters, chain);
  const decide: typeof machine.decide = async (op, context, state) => {
    const { kind, name } = op.payload;
    const isRefused = context.block.height >= DIFFERS_FROM && kind === 'claim' && /[5-9]$/.test(name);
    return isRefused ? rejected('NAME_HIGH', `${name} ends with a high digit`) : machine.decide(op, context, state);
  };
  return { ...machine, version: 2, differsFrom: DIFFERS_FROM, decide };
};

export default kvCandidate;
