/** Questions made of an OpenAPI document, right ones and wrong ones, and the check that each answer is what the document says. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

type Json = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required?: boolean;
  readonly schema: Json;
}

interface Operation {
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Json }>> }>
  >;
}

export interface Question {
  readonly url: string;
  readonly operation: Operation;
}

export interface FuzzOptions {
  readonly random: () => number;
  /** Values that are there: heights, hashes, names. */
  readonly known: readonly string[];
}

/** What strangers write where text is wanted. */
const HOSTILE = [
  ...['', ' ', '0', '-1', '1e9', '99999999999', '2147483648', '9007199254740993', 'null', 'true', '[]', '{}'],
  ...[
    "' or 1=1 --",
    '"; drop table x',
    '%00',
    '\u0000',
    '\ud800',
    '../../etc/passwd',
    '{{7*7}}',
    'a'.repeat(3_000),
    '<script>',
  ],
  ...[
    'ffffffff',
    'é',
    '你好',
    'tip',
    'from',
    '__proto__',
    'constructor',
    '%',
    '%zz',
    '\u202e',
    '1,2',
    ',',
    'a&b=c',
    '#',
  ],
];

/** All GETs of a document, but endless streams. */
export function operationsOf(document: Json): readonly Operation[] {
  const paths = document['paths'] as Readonly<Record<string, { readonly get?: Omit<Operation, 'path'> }>>;
  return Object.entries(paths).flatMap(([path, { get }]) =>
    get === undefined || /\/(events|socket)$/.test(path)
      ? []
      : [{ path, parameters: get.parameters ?? [], responses: get.responses }],
  );
}

/** A question: mostly as the document wants it, often with something that it does not. */
export function questionOf(operation: Operation, options: FuzzOptions): Question {
  const { random } = options;
  const query: string[] = [];
  let path = operation.path;
  for (const parameter of operation.parameters) {
    const isGiven = parameter.in === 'path' || parameter.required === true ? random() < 0.97 : random() < 0.4;
    const value = encodeURIComponent(textFor(parameter.schema, options).toWellFormed());
    if (parameter.in === 'path') path = path.replace(`{${parameter.name}}`, value);
    else if (isGiven) query.push(`${parameter.name}=${value}`);
  }
  if (random() < 0.05)
    query.push(
      `${pick(['colour', 'limit', 'at', '__proto__'], random)}=${encodeURIComponent(pick(HOSTILE, random).toWellFormed())}`,
    );
  return { url: `${path}${query.length === 0 ? '' : `?${query.join('&')}`}`, operation };
}

function textFor(schema: Json, options: FuzzOptions): string {
  const { random, known } = options;
  const chance = random();
  if (chance < 0.15) return pick(HOSTILE, random);
  const choices = (schema['enum'] ?? (schema['anyOf'] as Json[] | undefined)?.map((each) => each['const'])) as
    | unknown[]
    | undefined;
  if (choices !== undefined && choices.length > 0) return String(pick(choices, random));
  if (schema['type'] === 'integer') {
    const [minimum, maximum] = [Number(schema['minimum'] ?? 0), Number(schema['maximum'] ?? 1_000)];
    if (chance < 0.3) return String(pick([minimum, maximum, minimum - 1, maximum + 1], random));
    return String(minimum + Math.floor(random() * Math.min(maximum - minimum, 150)));
  }
  if (schema['type'] === 'boolean') return pick(['true', 'false'], random);
  const pattern = schema['pattern'];
  const fitting = pattern === undefined ? known : known.filter((value) => new RegExp(String(pattern), 'u').test(value));
  return fitting.length > 0 && chance < 0.9 ? pick(fitting, random) : pick(HOSTILE, random);
}

function pick<Item>(items: readonly Item[], random: () => number): Item {
  return items[Math.floor(random() * items.length)] as Item;
}

/** Says what is wrong with an answer: null where it is one that the document tells of, and no failure of ours. */
export function answerChecker(): (question: Question, status: number, type: string, body: string) => string | null {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const compiled = new Map<string, ValidateFunction>();
  return ({ operation }, status, type, body) => {
    if (status >= 500 && status !== 503) return `status ${status}: ${body}`;
    const { responses } = operation;
    const told = responses[String(status)] ?? responses[`${String(status)[0]}XX`];
    const media = type.split(';')[0] ?? '';
    const schema = told?.content?.[media]?.schema;
    if (schema === undefined) return `status ${status} with ${media} is not in the document`;
    const key = `${operation.path} ${status} ${media}`;
    const validate = compiled.get(key) ?? ajv.compile(withoutReferences(schema));
    compiled.set(key, validate);
    return validate(JSON.parse(body))
      ? null
      : `status ${status}: ${ajv.errorsText(validate.errors)} in ${body.slice(0, 500)}`;
  };
}

/** Problems are referred to by name: what they have to be is spelled here once more. */
function withoutReferences(schema: Json): Json {
  if (schema['$ref'] === undefined) return schema;
  const text = { type: 'string' };
  return {
    type: 'object',
    properties: { type: text, title: text, status: { type: 'integer' }, code: text, detail: text },
    required: ['type', 'title', 'status', 'code', 'detail'],
  };
}
