import { parseArgs } from 'node:util';

/** The flags of a command line by name, without their dashes. */
export interface Flags {
  readonly values: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
}

/** Reads `--flag value`, `--flag=value` and `--flag` alone. Total: what it cannot place is a problem, not an exception. */
export function readFlags(args: readonly string[], known: ReadonlyMap<string, 'alone' | 'with value'>): Flags {
  const values = new Map<string, string>();
  const problems: string[] = [];
  const options = Object.fromEntries(
    [...known].map(([name, kind]) => [name, { type: kind === 'alone' ? 'boolean' : 'string' } as const]),
  );
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const all = [...known.keys()].map((name) => `--${name}`).join(', ') || 'none';
  for (const token of tokens) {
    if (token.kind === 'positional') problems.push(`an argument stands alone: put a flag before it (${all})`);
    if (token.kind !== 'option') continue;
    const kind = known.get(token.name);
    if (kind === undefined) problems.push(`${token.rawName} is no flag of this process: use one of ${all}`);
    else if (values.has(token.name)) problems.push(`${token.rawName} is given twice: leave one out`);
    else if (kind === 'alone') values.set(token.name, token.value ?? 'true');
    else if (token.value === undefined) problems.push(`${token.rawName} has no value: write ${token.rawName} <value>`);
    else values.set(token.name, token.value);
  }
  return { values, problems };
}
