import type { Reading } from '../reading.ts';
import type { Collections } from '../state/collection.ts';

/** JSON Schema, as documents and generators of clients read it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

interface Told {
  /** For people, in a few words. */
  readonly description?: string;
}

/** Text; how long it may be has to be said, since strangers write it. */
export interface TextSchema extends Told {
  readonly type: 'string';
  readonly maxLength: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly default?: string;
}

/** A whole number within bounds, both included. */
export interface IntegerSchema extends Told {
  readonly type: 'integer';
  readonly minimum: number;
  readonly maximum: number;
  readonly default?: number;
}

/** True or false. */
export interface BooleanSchema extends Told {
  readonly type: 'boolean';
  readonly default?: boolean;
}

/** Several of a kind: given by naming the parameter as often. */
export interface ListSchema extends Told {
  readonly type: 'array';
  readonly items: TextSchema | IntegerSchema;
  readonly minItems?: number;
  readonly maxItems: number;
}

/** What a parameter of a query may be: JSON Schema, as far as an address of the web and a command line can say it. */
export type ParameterSchema = TextSchema | IntegerSchema | BooleanSchema | ListSchema;

/** The parameters of a query: JSON Schema of an object. Those not required may be left out. */
export interface ParametersSchema {
  readonly properties: Readonly<Record<string, ParameterSchema>>;
  readonly required?: readonly string[];
}

type ValueOf<P> = P extends { readonly enum: readonly (infer Choice)[] }
  ? Choice
  : P extends { readonly type: 'string' }
    ? string
    : P extends { readonly type: 'integer' }
      ? number
      : P extends { readonly type: 'boolean' }
        ? boolean
        : P extends { readonly type: 'array'; readonly items: infer Item }
          ? readonly ValueOf<Item>[]
          : never;

type GivenOf<S extends ParametersSchema> = {
  [N in keyof S['properties']]: S['properties'][N] extends { readonly default: unknown }
    ? N
    : S extends { readonly required: readonly (infer Required)[] }
      ? N extends Required
        ? N
        : never
      : never;
}[keyof S['properties']];

/** The values that a query is asked with: of its parameters' types, those that are neither required nor have a default may be missing. */
export type ArgumentsOf<S extends ParametersSchema> = {
  readonly [N in GivenOf<S>]: ValueOf<S['properties'][N]>;
} & {
  readonly [N in Exclude<keyof S['properties'], GivenOf<S>>]?: ValueOf<S['properties'][N]> | undefined;
};

/** A question that a machine answers: pure, over its state at one height. */
export interface MachineQuery<Cs extends Collections = Collections> {
  /** For people, in one line. */
  readonly about: string;
  readonly parameters: ParametersSchema;
  /** Of what `ask` answers when it is not null. */
  readonly result: JsonSchema;
  /** Addresses below `/` under which a gateway answers it as well, such as `/v1/names/{name}`: for those that people know already. */
  readonly paths?: readonly string[];
  /**
   * Answers with what JSON can hold, as `result` says; null for what is not there. The arguments are read and checked before:
   * all that `parameters` says of them holds.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the arguments of one query are known where it is defined, and forgotten where many stand together.
  ask(reading: Reading<Cs>, given: any): Promise<unknown>;
}

/** The queries of a machine, by name: `[a-z][A-Za-z0-9_]*`. */
export type Queries<Cs extends Collections = Collections> = Readonly<Record<string, MachineQuery<Cs>>>;

const PARAMETER_NAME = /^[a-z][A-Za-z0-9_]{0,40}$/;
/** What every question takes. */
const TAKEN = new Set(['at']);

/**
 * Defines a query; the types of its arguments are those of `parameters`. `collections` are the machine's.
 *
 * @throws TypeError naming a parameter that is called as none may be, or is required and not there.
 */
export function defineQuery<Cs extends Collections, const S extends ParametersSchema>(
  _collections: Cs,
  query: Omit<MachineQuery<Cs>, 'parameters' | 'ask'> & {
    readonly parameters: S;
    readonly ask: (reading: Reading<Cs>, given: ArgumentsOf<S>) => Promise<unknown>;
  },
): MachineQuery<Cs> {
  const { properties, required = [] } = query.parameters;
  for (const name of Object.keys(properties)) {
    if (!PARAMETER_NAME.test(name) || TAKEN.has(name))
      throw new TypeError(`parameter ${JSON.stringify(name)}: not a free name like [a-z][A-Za-z0-9_]*`);
  }
  for (const name of required) {
    if (properties[name] === undefined) throw new TypeError(`parameter ${name} is required, and is not there`);
  }
  return query;
}
