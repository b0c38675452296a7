import { sql } from 'kysely';
import { inSnapshot } from '../build/database/database.ts';
import type { Registry } from '../registry/registry.ts';
import { viewSchema } from '../registry/views.ts';

/** What a machine said of an operation, its rules not needed to read it. */
export interface MachineVerdict {
  readonly machine: string;
  readonly kind: string;
  /** Null for an accepted one. */
  readonly code: string | null;
  readonly detail: string | null;
  /** Of the block that holds it. */
  readonly height: number;
}

/**
 * What each live machine of a chain says of the operation of a transaction; null for a machine that has not seen it, or whose
 * block was taken back.
 *
 * @throws StateUnavailable
 */
export async function readVerdicts(
  registry: Registry,
  chain: string,
  txid: string,
): Promise<ReadonlyMap<string, MachineVerdict | null>> {
  const live = (await registry.builds()).filter((build) => build.chain === chain && build.status === 'live');
  const verdicts = new Map<string, MachineVerdict | null>();
  for (const machine of live.map((build) => build.machine).sort()) {
    const operations = sql.table(`${viewSchema({ chain: { name: chain }, machine: { name: machine } })}.operations`);
    const [row] = await inSnapshot(registry.db, async (db) => {
      const { rows } = await sql<Omit<MachineVerdict, 'machine' | 'kind'> & { readonly verdict: string }>`
        select verdict, code, detail, height from ${operations} where txid = ${txid}`.execute(db);
      return rows;
    });
    if (row === undefined) verdicts.set(machine, null);
    else {
      const { verdict: kind, ...said } = row;
      verdicts.set(machine, { machine, kind, ...said });
    }
  }
  return verdicts;
}
