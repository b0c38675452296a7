import { nameHistory } from '@virtualchain/machine-bns';
import type { Connection } from '../../connection.ts';
import { heightAsked, openNameSystem, type ReadingOptions } from '../name-system.ts';
import { nameOf } from '../values.ts';
import { listAll } from './listing.ts';
import { showRows } from './show.ts';

/** What the last operation of a record was, for people. */
const DEEDS: Readonly<Record<string, string>> = {
  ':': 'registered',
  '::': 'renewed',
  ';': 'imported',
  '+': 'updated',
  '>>': 'transferred',
  '>~': 'transferred, value dropped',
  '~': 'revoked',
};

/** `vchain bns history NAME`: what a name went through, over all its lives, newest first. */
export async function history(connection: Connection, name: string, options: ReadingOptions): Promise<void> {
  const [asked, at] = [nameOf(name), heightAsked(options.at)];
  await using names = await openNameSystem(connection);
  await names.view(at, async (view) => {
    let page = 0;
    const { items, isCut } = await listAll(() => nameHistory(view, asked, page++));
    const rows = items.map(({ height, until, record, operations }) => ({
      height,
      until,
      what: DEEDS[record.op] ?? record.op,
      owner: record.address,
      zonefileHash: record.value_hash,
      revoked: record.revoked,
      txids: operations.map(({ event }) => event.txid),
    }));
    const columns = ['height', 'what', 'owner', 'zonefileHash', 'txids'];
    showRows({ name, height: view.reading.height, isCut }, rows, columns, options);
  });
}
