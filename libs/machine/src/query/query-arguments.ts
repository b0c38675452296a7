import type { ParameterSchema, ParametersSchema } from './query.ts';

/** The arguments of a query, or the first parameter that was not given as it must be. */
export type QueryArguments =
  | { readonly kind: 'arguments'; readonly given: Readonly<Record<string, unknown>> }
  | { readonly kind: 'problem'; readonly parameter: string; readonly rule: string };

/** Reads what a person typed for the parameters of a query. Total: what breaks a rule is told with the rule. */
export function readQueryArguments(
  { properties, required = [] }: ParametersSchema,
  texts: Readonly<Record<string, readonly string[]>>,
): QueryArguments {
  const given: Record<string, unknown> = {};
  for (const name of Object.keys(texts)) {
    if (!Object.hasOwn(properties, name))
      return problem(name, `one of ${Object.keys(properties).join(', ') || 'no parameters at all'}`);
  }
  for (const [name, schema] of Object.entries(properties)) {
    const found = texts[name];
    if (found === undefined) {
      if (required.includes(name)) return problem(name, 'given');
      if ('default' in schema && schema.default !== undefined) given[name] = schema.default;
      continue;
    }
    const read = readParameter(schema, found);
    if ('rule' in read) return problem(name, read.rule);
    given[name] = read.value;
  }
  return { kind: 'arguments', given };
}

type Read = { readonly value: unknown } | { readonly rule: string };

function readParameter(schema: ParameterSchema, texts: readonly string[]): Read {
  if (schema.type === 'array') {
    const { items, minItems = 0, maxItems } = schema;
    if (texts.length < minItems || texts.length > maxItems) return { rule: `${minItems} to ${maxItems} values` };
    const read = texts.map((text) => readParameter(items, [text]));
    return read.find((one) => 'rule' in one) ?? { value: read.map((one) => ('value' in one ? one.value : null)) };
  }
  const [text = '', ...more] = texts;
  if (more.length > 0) return { rule: 'given once' };
  switch (schema.type) {
    case 'boolean':
      return text === 'true' || text === 'false' ? { value: text === 'true' } : { rule: 'true or false' };
    case 'integer': {
      const { minimum, maximum } = schema;
      const value = Number(text);
      const fits = /^-?\d{1,16}$/.test(text) && Number.isSafeInteger(value) && value >= minimum && value <= maximum;
      return fits ? { value } : { rule: `a whole number from ${minimum} to ${maximum}` };
    }
    case 'string': {
      const { minLength = 0, maxLength, pattern, enum: choices } = schema;
      const length = [...text].length;
      if (choices !== undefined && !choices.includes(text)) return { rule: `one of ${choices.join(', ')}` };
      if (length < minLength || length > maxLength) return { rule: `${minLength} to ${maxLength} characters` };
      return pattern === undefined || new RegExp(pattern, 'u').test(text)
        ? { value: text }
        : { rule: `like ${pattern}` };
    }
  }
}

const problem = (parameter: string, rule: string): QueryArguments => ({ kind: 'problem', parameter, rule });
