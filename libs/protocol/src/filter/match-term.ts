import type { FilterSubject, FilterTerm } from './filter-terms.ts';
import { wholeNumber } from './whole-number.ts';

/** Says whether one comparison holds. */
export function compareTerm(term: FilterTerm, subject: FilterSubject): boolean {
  const { operator, value } = term;
  if (operator === '>=' || operator === '<=') {
    const limit = BigInt(value);
    const isWithin = (found: unknown): boolean => {
      const number = wholeNumber(found);
      return number !== null && (operator === '>=' ? number >= limit : number <= limit);
    };
    const { height, decoded } = subject.operation;
    return term.field === 'height' ? isWithin(height) : reaches(decoded, term.path, isWithin);
  }
  return isEqual(term, subject) === (operator === '=');
}

function isEqual(term: FilterTerm, { operation, verdict, code }: FilterSubject): boolean {
  const { field, value, script } = term;
  switch (field) {
    case 'opcode':
    case 'name':
    case 'txid':
      return operation[field] === value;
    case 'height':
      return operation.height === Number(value);
    case 'verdict':
      return verdict === value;
    case 'code':
      return code === value;
    case 'sender':
      return isSender(operation, value, script);
    case 'address':
      return isSender(operation, value, script) || operation.outputs.some((output) => output.script === script);
    case 'decoded':
      return reaches(
        operation.decoded,
        term.path,
        (found) => found !== null && typeof found !== 'object' && String(found) === value,
      );
  }
}

/** A script that several senders share stands at the first of them. */
function isSender({ senders }: FilterSubject['operation'], value: string, script: string | null): boolean {
  return senders.some(({ scriptPubKey, addresses }) => scriptPubKey === script || addresses.includes(value));
}

/** Follows names into what was decoded; of a list any item will do. Whether one is equal is asked of it as it is written. */
function reaches(found: unknown, path: readonly string[], fits: (value: unknown) => boolean): boolean {
  if (Array.isArray(found)) return found.some((item) => reaches(item, path, fits));
  const [name, ...rest] = path;
  if (name === undefined) return fits(found);
  if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return false;
  return reaches((found as Readonly<Record<string, unknown>>)[name], rest, fits);
}
