import type { LegacyFloat } from '@virtualchain/machine';
import type { NamespaceRow } from '../collections.ts';
import { epochAt } from '../rules/epochs.ts';
import { isName, isNamespace, splitName } from '../rules/names.ts';
import { microStacksPrice, type NamespacePrice, namespacePrice, satoshiPrice } from '../rules/prices.ts';
import { isReady, isRevealed } from '../rules/rules.ts';
import { namespaceAt } from './namespaces.ts';
import type { BnsView } from './view.ts';

/** What a name costs in the next block. */
export interface NameCost {
  /** Satoshis, or micro-Stacks in a namespace of version 3. */
  readonly unit: 'BTC' | 'STACKS';
  /** A float in epochs 1 to 3: pay no less. */
  readonly amount: bigint | LegacyFloat;
  /** Micro-Stacks that do as well; null where tokens do not buy it. */
  readonly microStacks: bigint | null;
  /** Whom the satoshis go to: the burn address, or the creator of a young namespace of version 2. */
  readonly payTo: string;
}

/**
 * What a name costs if it is paid for in the block after the height: `get_name_cost`. Null when its namespace is neither
 * launched nor revealed, or for what is no name.
 */
export async function nameCost({ reading, rules }: BnsView, name: string): Promise<NameCost | null> {
  if (!isName(name)) return null;
  const { label, namespace: id } = splitName(name);
  const namespace = await reading.state.namespaces.get({ namespace_id: id });
  if (!isReady(namespace) && !isRevealed(rules, namespace, reading.height)) return null;
  const next = reading.height + 1;
  const epoch = epochAt(next, rules.epochEnds);
  const { version, reveal_block, address }: NamespaceRow = namespace;
  const toCreator = version === 2 && reveal_block + rules.receiveFeesBlocks >= next;
  const tokens = epoch.hasTokens && !toCreator ? microStacksPrice(label, namespace) : null;
  if (version === 3)
    return {
      unit: 'STACKS',
      amount: microStacksPrice(label, namespace),
      microStacks: tokens,
      payTo: rules.burnAddress,
    };
  return {
    unit: 'BTC',
    amount: satoshiPrice(label, namespace, epoch),
    microStacks: tokens,
    payTo: toCreator ? address : rules.burnAddress,
  };
}

/** What a namespace costs in the next block. */
export interface NamespaceCost extends NamespacePrice {
  /** Somebody has it already. */
  readonly isTaken: boolean;
}

/** What a namespace costs if it is revealed in the block after the height: `get_namespace_cost`. Null for no namespace. */
export async function namespaceCost(view: BnsView, id: string): Promise<NamespaceCost | null> {
  const { reading, rules } = view;
  const price = isNamespace(id) ? namespacePrice(id, epochAt(reading.height + 1, rules.epochEnds)) : null;
  return price === null ? null : { ...price, isTaken: (await namespaceAt(view, id)) !== null };
}
