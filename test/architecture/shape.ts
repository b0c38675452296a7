import { parseSync } from '@swc/core';

/** How many parameters a function may have: what a reader can hold in mind at a call. */
export const PARAMETERS_MAX = 4;
/** How many lines a function may have, its signature and closing brace included. */
export const FUNCTION_LINES_MAX = 70;

/** What is long or wide for a reason. A function by `file name`, or all functions of files that match. */
export const EXCEPTIONS: readonly { readonly what: RegExp; readonly why: string }[] = [
  { what: /\.(test|contract|example)\.ts /, why: 'lists of tests, and rows of test.each' },
  { what: /^test\/contract\/bns-queries-of-\w+\.ts /, why: 'lists of tests for two adapters' },
  {
    what: /^services\/cli\/src\/usage\/\w+\.ts add\w+$/,
    why: 'commander hands an action each argument, the options and the command as parameters of their own',
  },
  { what: / hostileCases$/, why: 'a table of cases' },
  { what: / originalFields$/, why: 'a table of field names, one entry for each of the twelve operations' },
];

export interface FunctionShape {
  /** From the top of the repository. */
  readonly file: string;
  /** Its own, or that of what it is assigned to or passed to. */
  readonly name: string;
  /** Of its first line, from 1. */
  readonly line: number;
  readonly lines: number;
  readonly parameters: number;
}

const FUNCTIONS = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassMethod',
  'PrivateMethod',
  'Constructor',
  'MethodProperty',
]);

type Fields = Readonly<Record<string, unknown>>;

/** Every function of a source file, inner ones too. */
export function functionsOf(file: string, source: string): FunctionShape[] {
  const lineAt = lineCounter(source);
  const found: FunctionShape[] = [];
  const visit = (node: unknown, name: string): void => {
    if (Array.isArray(node)) for (const one of node) visit(one, name);
    if (node === null || typeof node !== 'object' || Array.isArray(node)) return;
    const fields = node as Fields;
    const own = nameOf(fields) ?? name;
    if (FUNCTIONS.has(String(fields['type']))) found.push({ file, name: own, ...shapeOf(fields, lineAt) });
    for (const value of Object.values(fields)) visit(value, own);
  };
  visit(parseSync(source, { syntax: 'typescript', target: 'es2022', tsx: file.endsWith('.tsx') }).body, 'the module');
  return found;
}

function shapeOf(node: Fields, lineAt: (offset: number) => number): Omit<FunctionShape, 'file' | 'name'> {
  const inner = (node['function'] ?? {}) as Fields;
  const params = (node['params'] ?? inner['params'] ?? []) as readonly unknown[];
  const { start, end } = (node['span'] ?? inner['span']) as { readonly start: number; readonly end: number };
  const line = lineAt(start - 1);
  return { line, lines: lineAt(end - 1) - line + 1, parameters: params.length };
}

function nameOf(node: Fields): string | undefined {
  const { value } = (node['identifier'] ?? node['id'] ?? node['key'] ?? {}) as { readonly value?: unknown };
  return typeof value === 'string' ? value : undefined;
}

/** The line of an offset in bytes, both as the parser counts them. */
function lineCounter(source: string): (offset: number) => number {
  const bytes = Buffer.from(source);
  const breaks: number[] = [];
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) breaks.push(at);
  return (offset) => {
    let low = 0;
    let high = breaks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((breaks[middle] as number) < offset) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
}

/** Whether a function is held to the bounds. */
export function isBound({ file, name }: FunctionShape): boolean {
  return !EXCEPTIONS.some(({ what }) => what.test(`${file} ${name}`));
}

/** Every function beyond the bounds, as `file:line: why`. */
export function misshapen(functions: readonly FunctionShape[]): string[] {
  return functions
    .filter(isBound)
    .flatMap(({ file, name, line, lines, parameters }) => [
      ...(lines > FUNCTION_LINES_MAX ? [`${file}:${line}: ${name} has ${lines} lines, of ${FUNCTION_LINES_MAX}`] : []),
      ...(parameters > PARAMETERS_MAX
        ? [`${file}:${line}: ${name} has ${parameters} parameters, of ${PARAMETERS_MAX}`]
        : []),
    ]);
}
