/** A broker with settings of its own, as a process of a run. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kafkaJars, type ProcessLaunch, runTool } from '@virtualchain/local';
import { javaCommand } from '../../infra/local/src/tools/tools.ts';

/** Writes the settings into a folder of the broker's own, which also has its data. @returns the file. */
export function writeProperties(
  directory: string,
  settings: Readonly<Record<string, string | number | boolean>>,
): string {
  const file = join(directory, 'server.properties');
  const all = Object.entries({ ...settings, 'log.dirs': join(directory, 'data') });
  writeFileSync(file, all.map(([name, value]) => `${name}=${value}\n`).join(''));
  return file;
}

/** Formats the data of a new broker. @returns how it is started. */
export async function formatBroker(
  directory: string,
  properties: string,
  flags: readonly string[] = [],
): Promise<Omit<ProcessLaunch, 'name'>> {
  const java = javaCommand(process.env);
  const lib = await kafkaJars(process.env, () => undefined);
  // It starts often and does little: the second compiler would cost more than it brings.
  const quick = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.awt.headless=true'];
  const jvm = [...quick, '-cp', join(lib, '*')];
  const clusterId = `--cluster-id=${randomBytes(16).toString('base64url')}`;
  const format = ['format', '--standalone', clusterId, '-c', properties, ...flags];
  await runTool(java, [...jvm, 'kafka.tools.StorageTool', ...format], { cwd: directory, env: process.env });
  return {
    command: java,
    args: [...jvm, 'kafka.Kafka', properties],
    env: { PATH: process.env['PATH'], HOME: directory },
  };
}
