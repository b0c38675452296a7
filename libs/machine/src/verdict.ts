import type { FieldValue } from './hash/field-value.ts';

/** What an accepted operation made visible. `fields` holds at least the hashed fields of the opcode. */
export interface Transition {
  /** The opcode byte. */
  readonly opcode: number;
  readonly fields: Readonly<Record<string, FieldValue>>;
}

/** The operation counts; its transitions are what the ops hash covers. */
export interface Accepted {
  readonly kind: 'accepted';
  readonly transitions: readonly Transition[];
}

/** The rules refuse the operation: a stable code, and a detail for people. */
export interface Rejected {
  readonly kind: 'rejected';
  readonly code: string;
  readonly detail: string;
}

/** The parser's verdict: the operation is not one of this machine's. It reaches no hook and is recorded. */
export interface Ignored {
  readonly kind: 'ignored';
  readonly code: string;
  readonly detail: string;
}

/** What becomes of an operation. */
export type Verdict = Accepted | Rejected | Ignored;

/** The verdict on an operation that counts, with what it made visible. */
export const accepted = (...transitions: readonly Transition[]): Accepted => ({ kind: 'accepted', transitions });
/** The verdict on an operation that the rules refuse: a stable code, and a detail for people. */
export const rejected = (code: string, detail: string): Rejected => ({ kind: 'rejected', code, detail });
/** The answer for what is no operation of the machine, or does not read: a stable code, and a detail for people. */
export const ignored = (code: string, detail: string): Ignored => ({ kind: 'ignored', code, detail });
