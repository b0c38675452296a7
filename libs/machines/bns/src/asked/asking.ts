import {
  type ArgumentsOf,
  defineQuery,
  type MachineQuery,
  type ParametersSchema,
  type Queries,
} from '@virtualchain/machine';
import { type BnsCollections, collections } from '../collections.ts';
import type { BnsParameters } from '../parameters.ts';
import type { BnsView } from '../queries/view.ts';

/** Queries over a view: they become those of a machine with its parameters. */
export type Asked = (rules: BnsParameters) => MachineQuery<BnsCollections>;

/** Defines a query of the name system: as `defineQuery`, but what answers is handed a view. */
export function asks<const S extends ParametersSchema>(query: {
  readonly about: string;
  readonly parameters: S;
  readonly result: Readonly<Record<string, unknown>>;
  readonly paths?: readonly string[];
  readonly ask: (view: BnsView, given: ArgumentsOf<S>) => Promise<unknown>;
}): Asked {
  return (rules) =>
    defineQuery(collections, { ...query, ask: (reading, given) => query.ask({ reading, rules }, given) });
}

/** The queries of a machine with these parameters. */
export function queriesWith(rules: BnsParameters, asked: Readonly<Record<string, Asked>>): Queries<BnsCollections> {
  return Object.fromEntries(Object.entries(asked).map(([name, of]) => [name, of(rules)]));
}
