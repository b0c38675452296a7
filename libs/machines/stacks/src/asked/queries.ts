import type { Queries } from '@virtualchain/machine';
import type { StacksCollections } from '../collections.ts';
import { ofCommits } from './commits.ts';
import { ofRequests } from './requests.ts';

/** What can be asked of the machine. */
export const stacksQueries: Queries<StacksCollections> = { ...ofCommits, ...ofRequests };
