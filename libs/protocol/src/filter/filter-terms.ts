import { ExpectedError } from '@virtualchain/kernel';
import type { OperationEvent } from '../events.ts';

/** What a term may ask for, beside `decoded.<path>`. */
export const FILTER_FIELDS = [
  'opcode',
  'name',
  'verdict',
  'code',
  'sender',
  'address',
  'txid',
  'height',
  'decoded',
] as const;

/** `decoded` stands for every `decoded.<path>`. */
export type FilterField = (typeof FILTER_FIELDS)[number];

/** One comparison. */
export interface FilterTerm {
  readonly kind: 'term';
  readonly field: FilterField;
  /** Of `decoded.<path>`: the names, from the outside in. */
  readonly path: readonly string[];
  readonly operator: '=' | '!=' | '>=' | '<=';
  readonly value: string;
  /** Of `sender` and `address`: the script that the value is, or pays to, as hex. */
  readonly script: string | null;
}

/** A filter of operations, read. */
export type Filter =
  | FilterTerm
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly part: Filter };

/** What a filter looks at: an operation, and what a machine said of it, where one did. */
export interface FilterSubject {
  readonly operation: Omit<OperationEvent, 'type' | 'schema' | 'log' | 'epoch' | 'sequence'>;
  readonly verdict?: string;
  readonly code?: string | null;
}

/** A filter that cannot be read: says which term, where, and what would be right. */
export class FilterInvalid extends ExpectedError {
  override readonly name = 'FilterInvalid';
  readonly code = 'FILTER_INVALID';
  readonly remedy = 'halt';

  /** `at` counts characters from 0; it is told from 1. */
  constructor(term: string, at: number, rule: string) {
    super(`the filter at character ${at + 1}, ${JSON.stringify(term)}: ${rule}`);
  }
}
