import { type Place, placePath, withQuery } from '../address/view.ts';
import { count, satoshis } from '../words/text.ts';
import type { Moment, Row } from './answers.ts';

/** A name as the name system's query answers. Heights are −1 where there is no such end. */
export interface NameFound {
  readonly name: string;
  readonly namespace: string;
  readonly record: Row;
  readonly opcode: string;
  readonly expireBlock: number;
  readonly renewalDeadline: number;
  readonly isExpired: boolean;
  readonly isInGrace: boolean;
  readonly isRevoked: boolean;
  readonly exists: boolean;
}

export interface NameAnswer {
  readonly at: Moment;
  readonly result: NameFound;
}

/** What a name costs in the next block. */
export interface CostAnswer {
  readonly at: Moment;
  readonly result: {
    readonly unit: 'BTC' | 'STACKS';
    readonly amount: string;
    readonly microStacks: string | null;
    readonly payTo: string;
  };
}

export const namePath = (place: Place, name: string, at?: number | string): string =>
  withQuery(placePath(place, 'queries', 'get_name_record'), { name, at });

export const costPath = (place: Place, name: string, at?: number | string): string =>
  withQuery(placePath(place, 'queries', 'get_name_cost'), { name, at });

/** How a name stands, and until when. */
export function standingOf({ isRevoked, isExpired, isInGrace, expireBlock, renewalDeadline }: NameFound): string {
  if (isRevoked) return 'revoked';
  if (isInGrace) return `expired at ${count(expireBlock)}, can be renewed until ${count(renewalDeadline)}`;
  if (isExpired) return `expired at ${count(expireBlock)}`;
  return expireBlock < 0 ? 'does not expire' : `expires at ${count(expireBlock)}`;
}

const MICRO = 1_000_000n;

/** Micro-Stacks as decimal text. */
export function stacks(text: string): string {
  const value = BigInt(text);
  const fraction = (value % MICRO).toString().padStart(6, '0').replace(/0+$/, '');
  return `${count(String(value / MICRO))}${fraction === '' ? '' : `.${fraction}`} STACKS`;
}

/** A price in words. A float of early epochs is written as it came. */
export function priceText({ unit, amount, microStacks }: CostAnswer['result']): string {
  if (unit === 'STACKS') return stacks(amount);
  const inSatoshis = /^-?\d+$/.test(amount) ? satoshis(amount) : `${amount} sat`;
  return microStacks === null ? inSatoshis : `${inSatoshis}, or ${stacks(microStacks)}`;
}
