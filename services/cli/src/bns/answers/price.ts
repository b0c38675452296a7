import { LegacyFloat } from '@virtualchain/machine';
import { type BnsView, nameCost, namespaceCost } from '@virtualchain/machine-bns';
import { NotFound } from '@virtualchain/projection';
import type { Connection } from '../../connection.ts';
import { QueryInvalid } from '../../values.ts';
import type { ReadingOptions } from '../name-system.ts';
import { tellAbout } from './about.ts';

/** `vchain bns price WHAT`: what a name, or a namespace as `.id`, costs in the block after the height. */
export async function price(connection: Connection, what: string, options: ReadingOptions): Promise<void> {
  return tellAbout(connection, what, options, { name: nameFacts, namespace: namespaceFacts });
}

async function nameFacts(view: BnsView, name: string): Promise<Readonly<Record<string, unknown>>> {
  const cost = await nameCost(view, name);
  if (cost === null)
    throw new NotFound(`${name} has no price at height ${view.reading.height}: there is no such namespace`);
  const { amount, unit, microStacks, payTo } = cost;
  return {
    name,
    height: view.reading.height,
    unit: unit === 'BTC' ? 'satoshis' : 'micro-Stacks',
    amount: amount instanceof LegacyFloat ? amount.value : amount,
    microStacks,
    payTo,
  };
}

async function namespaceFacts(view: BnsView, id: string): Promise<Readonly<Record<string, unknown>>> {
  const cost = await namespaceCost(view, id);
  if (cost === null) throw new QueryInvalid(`a namespace has no price that is as long as ${id}`);
  return {
    namespace: id,
    height: view.reading.height,
    unit: cost.unit === 'BTC' ? 'satoshis' : 'micro-Stacks',
    amount: cost.amount,
    isTaken: cost.isTaken,
  };
}
