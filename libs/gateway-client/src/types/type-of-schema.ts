/** A JSON Schema, as OpenAPI documents have them. */
export type Schema = Readonly<Record<string, unknown>>;

/** Names that are given to types which come again and again; null gives none. */
export type Shapes = {
  /**
   * What to write for an object: a name, or its own text, `written`. `whole` is that text with no names in it, and `hint`
   * what the object is called where it stands.
   */
  named(whole: string, hint: string, written: () => string): string;
} | null;

/** The TypeScript of what fits a schema, in one line; `unknown` where it says nothing that is read here. */
export function typeOfSchema(schema: unknown, shapes: Shapes, hint = 'Value'): string {
  if (typeof schema !== 'object' || schema === null) return schema === false ? 'never' : 'unknown';
  const { $ref, const: only, enum: values, anyOf, oneOf, allOf, type } = schema as Schema;
  if (typeof $ref === 'string') return pascal($ref.split('/').at(-1) ?? '');
  if (only !== undefined) return JSON.stringify(only);
  if (Array.isArray(values)) return union(values.map((value) => JSON.stringify(value)));
  const some = anyOf ?? oneOf;
  if (Array.isArray(some)) return union(some.map((each) => typeOfSchema(each, shapes, hint)));
  if (Array.isArray(allOf)) return allOf.map((each) => `(${typeOfSchema(each, shapes, hint)})`).join(' & ');
  if (Array.isArray(type)) return union(type.map((each) => typeOfSchema({ ...schema, type: each }, shapes, hint)));
  return typeOfKind(schema as Schema, shapes, hint);
}

function typeOfKind(schema: Schema, shapes: Shapes, hint: string): string {
  switch (schema['type']) {
    case 'string':
      return 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'null':
      return 'null';
    case 'array':
      return `readonly ${bracketed(typeOfSchema(schema['items'] ?? true, shapes, singular(hint)))}[]`;
    case 'object':
      return typeOfObject(schema, shapes, hint);
    default:
      return 'unknown';
  }
}

function typeOfObject(schema: Schema, shapes: Shapes, hint: string): string {
  const { properties, required, additionalProperties, patternProperties } = schema;
  const names = Object.entries((properties ?? {}) as Schema);
  if (names.length === 0) {
    const [others = additionalProperties] = Object.values((patternProperties ?? {}) as Schema);
    return others === false
      ? 'Readonly<Record<string, never>>'
      : `Readonly<Record<string, ${typeOfSchema(others ?? true, shapes, hint)}>>`;
  }
  const needed = new Set(Array.isArray(required) ? required : []);
  const written = (inner: Shapes): string => {
    const fields = names.map(([name, of]) => {
      const type = typeOfSchema(of, inner, WRAPPERS.has(name) ? hint : name);
      return `readonly ${keyOf(name)}${needed.has(name) ? '' : '?'}: ${type}`;
    });
    return `{ ${fields.join('; ')} }`;
  };
  return shapes === null ? written(null) : shapes.named(written(null), hint, () => written(shapes));
}

/** Properties that say nothing of what is in them. */
const WRAPPERS: ReadonlySet<string> = new Set(['entries', 'result', 'row', 'rows']);

const union = (types: readonly string[]): string => [...new Set(types)].join(' | ');
const bracketed = (type: string): string => (isOfSeveral(type) || type.startsWith('readonly ') ? `(${type})` : type);
const singular = (name: string): string => name.replace(/ies$/, 'y').replace(/([^s])s$/, '$1');

/** Whether a type is a union or an intersection, outside of all brackets. */
function isOfSeveral(type: string): boolean {
  let depth = 0;
  for (const [at] of type.matchAll(/[{}()<>[\]|&]/g)) {
    if (depth === 0 && (at === '|' || at === '&')) return true;
    if ('{(<['.includes(at)) depth += 1;
    else if ('})>]'.includes(at)) depth -= 1;
  }
  return false;
}

/** A property as it is written: quoted where it is no identifier. */
export function keyOf(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

/** `block_hash` and `blockHash` as `BlockHash`. */
export function pascal(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const joined = words.map((word) => (word[0] as string).toUpperCase() + word.slice(1)).join('');
  return /^[A-Za-z]/.test(joined) ? joined : `Shape${joined}`;
}
