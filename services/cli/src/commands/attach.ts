import { attachProjection } from '@virtualchain/projection';
import type { Connection } from '../connection.ts';
import { openLog, topicOf } from '../log-of.ts';
import { openLive } from '../machine-of.ts';
import { print } from '../output.ts';

/** `vchain attach <machine>`: stands the live build on the log that the topic holds now. */
export async function attach(connection: Connection, machine: string): Promise<void> {
  await using live = await openLive(connection, machine);
  const { instance, projection } = live;
  const topic = topicOf(connection, instance.chain);
  await using log = await openLog(connection);
  const block = await attachProjection(log, topic, projection);
  print(
    block === null
      ? `${projection.schema} stands at the start of ${topic}`
      : `${projection.schema} stands on ${topic} at height ${block.height}, ${block.hash}`,
  );
}

/** `vchain resume <machine>`: lets a faulted machine go on; its projector notices by itself. */
export async function resume(connection: Connection, machine: string): Promise<void> {
  await using live = await openLive(connection, machine);
  const { projection } = live;
  const { status, fault } = await projection.checkpoint();
  if (status !== 'faulted') {
    print(`${projection.schema} is not faulted`);
    return;
  }
  await projection.setFault(null);
  print(`${projection.schema} goes on; it stood at ${fault?.code ?? 'a fault'}, height ${fault?.height ?? '-'}`);
}
