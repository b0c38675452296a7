import { keyOf, pascal, type Schema, type Shapes, typeOfSchema } from './type-of-schema.ts';

/** A type that stands in so many places gets a name, and one that is so long. */
const PLACES_MIN = 3;
const CHARACTERS_MIN = 60;

/**
 * Writes the types of a gateway's questions from its OpenAPI document: an interface by path, each with `parameters` and
 * `answer`, as `questionsOf` takes it. Streams are left out. Total: whatever the document holds, TypeScript comes of it.
 */
export function writeTypes(document: unknown, interfaceName: string): string {
  const components = componentsOf(document);
  const places = new Map<string, number>();
  const count = (whole: string, _hint: string, written: () => string): string => {
    places.set(whole, (places.get(whole) ?? 0) + 1);
    return written();
  };
  questions(document, { named: count });
  const taken = new Set([interfaceName, 'Record', 'Readonly', ...Object.keys(components).map(pascal)]);
  const names = new Map<string, string>();
  const aliases: string[] = [];
  const named = (whole: string, hint: string, written: () => string): string => {
    if (whole.length < CHARACTERS_MIN || (places.get(whole) ?? 0) < PLACES_MIN) return written();
    const known = names.get(whole);
    if (known !== undefined) return known;
    const name = free(pascal(hint), taken);
    names.set(whole, name);
    taken.add(name);
    aliases.push(`type ${name} = ${written()};\n\n`);
    return name;
  };
  const all = questions(document, { named });
  const own = Object.entries(components).map(
    ([name, of]) => `type ${pascal(name)} = ${typeOfSchema(of, { named })};\n\n`,
  );
  return `${[...own, ...aliases].join('')}/** Questions of a gateway by their paths, made of its OpenAPI document. */
export interface ${interfaceName} {
${all.join('')}}
`;
}

function componentsOf(document: unknown): Schema {
  const components = ((document ?? {}) as Schema)['components'];
  return (((components ?? {}) as Schema)['schemas'] ?? {}) as Schema;
}

function free(name: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}

function questions(document: unknown, shapes: Shapes): readonly string[] {
  const paths = ((document ?? {}) as Schema)['paths'];
  return Object.entries((paths ?? {}) as Schema).flatMap(([path, item]) => {
    const { get } = (item ?? {}) as { readonly get?: unknown };
    const answer = isObject(get) ? answerOf(get) : undefined;
    if (!isObject(get) || answer === undefined) return [];
    const told = typeof get['summary'] === 'string' ? `  /** ${get['summary'].replaceAll('*/', '* /')} */\n` : '';
    return [
      `${told}  readonly ${JSON.stringify(path)}: {\n`,
      `    readonly parameters: ${parametersOf(get, shapes)};\n`,
      `    readonly answer: ${typeOfSchema(answer, shapes, lastWord(path))};\n  };\n`,
    ];
  });
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null;
}

function answerOf(get: Schema): unknown {
  const responses = get['responses'] as
    | Readonly<Record<string, { readonly content?: Schema } | null>>
    | null
    | undefined;
  return (responses?.['200']?.content?.['application/json'] as { readonly schema?: unknown } | null | undefined)
    ?.schema;
}

/**
 * What is written as text in an address may be given as a number where a number fits the pattern; what has a value when it is
 * absent may be absent.
 */
function parametersOf(get: Schema, shapes: Shapes): string {
  const all: readonly unknown[] = Array.isArray(get['parameters']) ? get['parameters'] : [];
  const fields = all.filter(isObject).map(({ name, required, schema }) => {
    const type = typeOfSchema(schema, shapes);
    const { pattern, default: absent } = (schema ?? {}) as { readonly pattern?: unknown; readonly default?: unknown };
    const isNeeded = required === true && absent === undefined;
    const isNumberToo = type === 'string' && typeof pattern === 'string' && fits(pattern, '0');
    return `readonly ${keyOf(String(name))}${isNeeded ? '' : '?'}: ${isNumberToo ? 'string | number' : type}`;
  });
  return fields.length === 0 ? 'Readonly<Record<never, never>>' : `{ ${fields.join('; ')} }`;
}

function fits(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern).test(text);
  } catch {
    return false;
  }
}

function lastWord(path: string): string {
  return path.split('/').findLast((part) => part !== '' && !part.startsWith('{')) ?? 'Answer';
}
