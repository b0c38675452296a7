import { historicNameAt, namesOfAddress, partyOf, standingOf } from '@virtualchain/machine-bns';
import type { Connection } from '../../connection.ts';
import { heightAsked, openNameSystem, type ReadingOptions } from '../name-system.ts';
import { listAll } from './listing.ts';
import { showRows } from './show.ts';

/** `vchain bns names-of ADDRESS`: the names that an address owns, neither expired nor revoked. */
export async function namesOf(connection: Connection, address: string, options: ReadingOptions): Promise<void> {
  const at = heightAsked(options.at);
  await using names = await openNameSystem(connection);
  partyOf('address', address, names.rules);
  await names.view(at, async (view) => {
    const { items, isCut } = await listAll((before: readonly string[]) => {
      const last = before.at(-1);
      return namesOfAddress(view, address, last === undefined ? {} : { after: last });
    });
    const rows = [];
    for (const name of items) {
      const found = await historicNameAt(view, name);
      rows.push({ name, status: standingOf(found), expireBlock: found?.expireBlock ?? null });
    }
    showRows({ address, height: view.reading.height, isCut }, rows, ['name', 'status', 'expireBlock'], options);
  });
}
