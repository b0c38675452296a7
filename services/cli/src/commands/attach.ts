import { attachProjection } from '@virtualchain/projection';
import type { Connection } from '../connection.ts';
import { openLog, topicOf } from '../log-of.ts';
import { openLive } from '../machine-of.ts';
import { print } from '../output.ts';

/** `vchain attach <machine>`: stands the live build on the log that the topic holds now. */
export async function attach(
  connection: Connection,
  machine: string,
  { json }: { readonly json: boolean },
): Promise<void> {
  await using live = await openLive(connection, machine);
  const { instance, projection } = live;
  const topic = topicOf(connection, instance.chain);
  await using log = await openLog(connection);
  const block = await attachProjection(log, topic, projection);
  if (json) {
    print(JSON.stringify({ machine, schema: projection.schema, topic, block }, decimal));
    return;
  }
  print(
    block === null
      ? `${projection.schema} stands at the start of ${topic}`
      : `${projection.schema} stands on ${topic} at height ${block.height}, ${block.hash}`,
  );
}

/** `vchain resume <machine>`: lets a faulted machine go on; its projector notices by itself. */
export async function resume(
  connection: Connection,
  machine: string,
  { json }: { readonly json: boolean },
): Promise<void> {
  await using live = await openLive(connection, machine);
  const { projection } = live;
  const { status, fault } = await projection.checkpoint();
  const wasFaulted = status === 'faulted';
  if (wasFaulted) await projection.setFault(null);
  if (json) print(JSON.stringify({ machine, schema: projection.schema, wasFaulted, fault }, decimal));
  else if (!wasFaulted) print(`${projection.schema} is not faulted`);
  else print(`${projection.schema} goes on; it stood at ${fault?.code ?? 'a fault'}, height ${fault?.height ?? '-'}`);
}

/** Offsets are decimal text in JSON. */
function decimal(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
