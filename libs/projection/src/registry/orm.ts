import { MikroORM, type Options } from '@mikro-orm/postgresql';
import type { Db } from '../build/database/database.ts';

/** MikroORM over a pool of ours: it spells and changes tables, and connects to nothing by itself. */
export function ormOver(db: Db, options: Options): MikroORM {
  // Not `init`, which looks for extensions that nobody named and loads them.
  return new MikroORM({
    ...options,
    driverOptions: db as unknown as NonNullable<Options['driverOptions']>,
    forceUtcTimezone: true,
    discovery: { warnWhenNoEntities: false },
  });
}
