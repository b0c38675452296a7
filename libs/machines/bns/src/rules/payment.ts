import { type Rejected, rejected } from '@virtualchain/machine';
import type { NamespaceRow } from '../collections.ts';
import { epochAt } from './epochs.ts';
import { isCovered, microStacksPrice, satoshiPrice } from './prices.ts';
import type { BlockState } from './rules.ts';

/** What was paid for a registration or a renewal. */
export interface Payment {
  readonly burnAddress: string;
  readonly satoshis: bigint;
  /** Micro-Stacks; null when nothing was offered in tokens. */
  readonly tokens: bigint | null;
  /** The block of the preorder, or of the renewal: prices are those of its epoch. */
  readonly paidAt: number;
}

/** Why a payment does not buy a name, by the version of its namespace; null when it does (spec §7). */
export function paymentProblem(
  block: BlockState,
  namespace: NamespaceRow,
  label: string,
  payment: Payment,
): Rejected | null {
  const { rules } = block;
  const toCreator = namespace.version === 2 && namespace.reveal_block + rules.receiveFeesBlocks >= block.height;
  const payee = toCreator ? namespace.address : rules.burnAddress;
  if (payment.burnAddress !== payee)
    return rejected('BURN_ADDRESS_WRONG', `paid to ${payment.burnAddress}, not to ${payee}`);
  // In the period of its creator a name is paid in satoshis alone, in a renewal too (operations/register.py:337).
  if (toCreator && payment.tokens !== null)
    return rejected(
      'TOKENS_TOO_EARLY',
      `${namespace.namespace_id} is paid in satoshis to its creator until ${namespace.reveal_block + rules.receiveFeesBlocks}`,
    );
  if (namespace.version === 3) return tokensProblem(label, namespace, payment.tokens ?? 0n);
  if (payment.tokens !== null) return tokensProblem(label, namespace, payment.tokens);
  const price = satoshiPrice(label, namespace, epochAt(payment.paidAt, rules.epochEnds));
  if (isCovered(price, payment.satoshis)) return null;
  const wanted = typeof price === 'bigint' ? price : price.value;
  return rejected('PAYMENT_TOO_SMALL', `paid ${payment.satoshis} of ${wanted} satoshis`);
}

function tokensProblem(label: string, namespace: NamespaceRow, paid: bigint): Rejected | null {
  const price = microStacksPrice(label, namespace);
  return paid >= price ? null : rejected('PAYMENT_TOO_SMALL', `paid ${paid} of ${price} micro-Stacks`);
}
