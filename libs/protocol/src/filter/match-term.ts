import type { FilterSubject, FilterTerm } from './filter-terms.ts';

/** Says whether one comparison holds. */
export function compareTerm(term: FilterTerm, subject: FilterSubject): boolean {
  const { operator, value } = term;
  if (operator === '>=') return subject.operation.height >= Number(value);
  if (operator === '<=') return subject.operation.height <= Number(value);
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
      return reaches(operation.decoded, term.path, value);
  }
}

/** A script that several senders share stands at the first of them. */
function isSender({ senders }: FilterSubject['operation'], value: string, script: string | null): boolean {
  return senders.some(({ scriptPubKey, addresses }) => scriptPubKey === script || addresses.includes(value));
}

/** Follows names into what was decoded; of a list any item will do. Numbers and such are compared as they are written. */
function reaches(found: unknown, path: readonly string[], value: string): boolean {
  if (Array.isArray(found)) return found.some((item) => reaches(item, path, value));
  const [name, ...rest] = path;
  if (name === undefined) return found !== null && typeof found !== 'object' && String(found) === value;
  if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return false;
  return reaches((found as Readonly<Record<string, unknown>>)[name], rest, value);
}
