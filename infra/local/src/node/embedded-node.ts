import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type LocalServerPlan, startOnFreePorts } from '../local-server.ts';
import type { NodePart } from '../part.ts';
import { freePorts } from '../ports.ts';
import type { LocalNodePlace } from './local-node-place.ts';
import { probeNode } from './node-probe.ts';

const require = createRequire(import.meta.url);

interface EmbeddedPlan extends LocalServerPlan {
  readonly url: string;
}

/** Starts the regtest node of virtualchain as a process of the run. It keeps its chain over a stop and a kill. */
export async function startEmbeddedServer(name: string, { servers, run }: LocalNodePlace): Promise<NodePart> {
  const directory = join(run.path, name);
  const blockFile = join(directory, 'blocks');
  await mkdir(directory, { recursive: true });
  const { plan, server } = await startOnFreePorts(servers, async (): Promise<EmbeddedPlan> => {
    const [port] = await freePorts(1);
    const password = randomBytes(18).toString('hex');
    const settings = join(directory, 'settings.json');
    // In a file and not on the command line, which every user of the machine can read.
    await writeFile(settings, JSON.stringify({ port, login: `vchain:${password}`, blockFile }), { mode: 0o600 });
    const url = `http://vchain:${password}@127.0.0.1:${port}`;
    return {
      name,
      url,
      launch: {
        command: process.execPath,
        args: [require.resolve('@virtualchain/regtest-node/process'), settings],
        env: {},
        cwd: directory,
        logFile: join(run.path, 'logs', `${name}.log`),
        stopSignal: 'SIGTERM',
      },
      probe: () => probeNode(url),
    };
  });
  return {
    ...server,
    source: 'embedded',
    kind: 'embedded',
    url: plan.url,
    description: `embedded, the regtest node of virtualchain, ${new URL(plan.url).host}`,
    async startEmpty() {
      await server.stop();
      await rm(blockFile, { force: true });
      await server.start();
    },
  };
}
