import type { Queries } from '@virtualchain/machine';
import type { BnsCollections } from '../collections.ts';
import type { BnsParameters } from '../parameters.ts';
import { ofAccounts } from './accounts.ts';
import { queriesWith } from './asking.ts';
import { ofBlocks } from './blocks.ts';
import { ofLists } from './lists.ts';
import { ofNames } from './names.ts';
import { ofNamespaces } from './namespaces.ts';

/**
 * What the original's daemon answered (spec §10), by the names of its methods, and under its REST paths. What lives in zone files
 * is not there.
 */
export function bnsQueries(rules: BnsParameters): Queries<BnsCollections> {
  return queriesWith(rules, { ...ofNames, ...ofNamespaces, ...ofLists, ...ofBlocks, ...ofAccounts });
}
