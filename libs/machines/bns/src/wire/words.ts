import type { Encoded } from '@virtualchain/protocol';
import { isName } from '../rules/names.ts';

/** Reads the words that a person typed, and collects what is wrong with them. */
export interface Words {
  hash(index: number, what: string, bytes: number): string;
  name(index: number): string;
  amount(index: number, what: string): bigint;
  whole(index: number, what: string, max: number): number;
  problem(text: string): void;
}

/** The payload that `build` makes of the words, or every problem with them. */
export function fromWords(
  words: readonly string[],
  usage: string,
  counts: readonly number[],
  build: (read: Words) => Uint8Array,
): Encoded {
  if (!counts.includes(words.length)) return { kind: 'problem', problem: `takes ${usage}` };
  const problems: string[] = [];
  const checked = <Value>(
    index: number,
    isRight: (word: string) => boolean,
    rule: string,
    read: () => Value,
  ): Value | null => {
    if (isRight(words[index] ?? '')) return read();
    problems.push(`${JSON.stringify(words[index] ?? '')} is not ${rule}`);
    return null;
  };
  const payload = build({
    hash: (index, what, bytes) =>
      checked(
        index,
        (word) => word.length === 2 * bytes && /^[0-9a-f]+$/.test(word),
        `${what}: ${2 * bytes} hex digits`,
        () => words[index] ?? '',
      ) ?? '00'.repeat(bytes),
    name: (index) => checked(index, isName, 'a name like satoshi.id', () => words[index] ?? '') ?? '',
    amount: (index, what) =>
      checked(
        index,
        (word) => /^[0-9]{1,20}$/.test(word) && BigInt(word) < 2n ** 64n,
        `${what}: a whole number of 64 bits`,
        () => BigInt(words[index] ?? '0'),
      ) ?? 0n,
    whole: (index, what, max) =>
      checked(
        index,
        (word) => /^[0-9]{1,10}$/.test(word) && Number(word) <= max,
        `${what}: a whole number up to ${max}`,
        () => Number(words[index]),
      ) ?? 0,
    problem: (text) => problems.push(text),
  });
  return problems.length > 0 ? { kind: 'problem', problem: problems.join('; ') } : { kind: 'payload', payload };
}
