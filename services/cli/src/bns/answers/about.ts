import type { BnsView } from '@virtualchain/machine-bns';
import type { Connection } from '../../connection.ts';
import { heightAsked, openNameSystem, type ReadingOptions } from '../name-system.ts';
import { nameOf, namespaceOf } from '../values.ts';
import { showFacts } from './show.ts';

type Facts = Readonly<Record<string, unknown>>;

/** What a command tells of a name, and of a namespace. */
export interface Told {
  name(view: BnsView, name: string): Promise<Facts>;
  namespace(view: BnsView, id: string): Promise<Facts>;
}

/** Shows facts of a name, or of a namespace typed as `.id`. */
export async function tellAbout(
  connection: Connection,
  what: string,
  options: ReadingOptions,
  told: Told,
): Promise<void> {
  const at = heightAsked(options.at);
  const isNamespace = what.startsWith('.');
  const asked = isNamespace ? namespaceOf(what) : nameOf(what);
  await using names = await openNameSystem(connection);
  const facts = await names.view(at, (view) => (isNamespace ? told.namespace(view, asked) : told.name(view, asked)));
  showFacts(facts, options);
}
