import {
  BuildNotDroppable,
  dropRetired,
  openRegistry,
  readBuildSizes,
  type SizedBuild,
} from '@virtualchain/projection';
import { type Connection, need } from '../connection.ts';
import { print, table } from '../output.ts';
import { sizeText } from '../printing/amounts.ts';
import { QueryInvalid } from '../values.ts';

/** `vchain builds list`: every build of the database, what it is and what it takes. */
export async function listBuilds(connection: Connection, options: { readonly json: boolean }): Promise<void> {
  const all = await sizedBuilds(connection);
  if (options.json) print(JSON.stringify({ builds: all.map(told) }));
  else if (all.length === 0) print('no machine has run on this database yet');
  else print(listed(all));
}

/** `vchain builds drop`: removes builds that rebuilds have replaced. */
export async function dropBuilds(
  connection: Connection,
  schemas: readonly string[],
  options: { readonly json: boolean; readonly retired: boolean; readonly dryRun: boolean },
): Promise<void> {
  if (options.retired === schemas.length > 0)
    throw new QueryInvalid(
      'name the schemas of retired builds, as vchain builds list shows them, or give --retired for all of them',
    );
  const all = await sizedBuilds(connection);
  const wanted = options.retired
    ? all.filter(({ build }) => build.status === 'retired')
    : schemas.map((schema) => named(all, schema));
  if (!options.dryRun) {
    const url = need(connection, 'postgresUrl');
    for (const { build } of wanted)
      if (!(await dropRetired(url, build.schema))) throw new BuildNotDroppable(build.schema, 'not retired any more');
  }
  const bytes = wanted.reduce((sum, each) => sum + each.bytes, 0);
  if (options.json) print(JSON.stringify({ dropped: wanted.map(told), bytes, dryRun: options.dryRun }));
  else if (wanted.length === 0) print('no build is retired');
  else {
    print(listed(wanted));
    print(`${options.dryRun ? 'would be dropped, and give back' : 'dropped, giving back'} ${sizeText(bytes)}`);
  }
}

async function sizedBuilds(connection: Connection): Promise<readonly SizedBuild[]> {
  await using registry = await openRegistry(need(connection, 'postgresUrl'));
  return await readBuildSizes(registry);
}

/** @throws BuildNotDroppable */
function named(all: readonly SizedBuild[], schema: string): SizedBuild {
  const found = all.find(({ build }) => build.schema === schema);
  if (found?.build.status !== 'retired') throw new BuildNotDroppable(schema, found?.build.status ?? null);
  return found;
}

function told({ build, bytes }: SizedBuild) {
  const { schema, network, chain, machine, version, status, layout, historyFrom } = build;
  return { schema, network, chain, machine, version, status, layout, historyFrom, bytes };
}

function listed(all: readonly SizedBuild[]): string {
  return table(
    ['build', 'network', 'chain', 'machine', 'version', 'status', 'history from', 'size'],
    all.map(({ build, bytes }) => [
      ...[build.schema, build.network, build.chain, build.machine],
      ...[build.version, build.status, build.historyFrom ?? 'the start', sizeText(bytes)],
    ]),
  );
}
