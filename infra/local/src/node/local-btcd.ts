import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LocalServerPlan, startOnFreePorts } from '../local-server.ts';
import type { NodePart } from '../part.ts';
import { freePorts } from '../ports.ts';
import { cached, type Env } from '../tools/cache.ts';
import { type Log, runTool } from '../tools/tools.ts';
import { btcdCacheEntry, btcdVersion } from '../tools/versions.ts';
import type { LocalNodePlace } from './local-node-place.ts';
import { probeNode } from './node-probe.ts';

/** btcd wants an address to mine to before it offers `generate`. This one is the hash of nothing: nobody can spend. */
const unspendableAddress = 'mfWxJ45yp2SFn7UciZyNpvDKrzbhyfKrY8';
const rpcClientsMax = 256;

interface NodePlan extends LocalServerPlan {
  readonly url: string;
  readonly p2pAddress: string;
}

/**
 * Starts btcd in regtest, with a transaction index. It deletes its chain at every start: whoever mined keeps the blocks
 * and submits them again.
 */
export async function startLocalBtcd(
  name: string,
  peers: readonly string[],
  { servers, run, env, log }: LocalNodePlace,
): Promise<NodePart> {
  const btcd = join(await cached(env, btcdCacheEntry, (directory) => buildBtcd(directory, env, log)), 'btcd');
  const directory = join(run.path, name);
  await mkdir(directory, { recursive: true });
  const { plan, server } = await startOnFreePorts(servers, () =>
    planNode({ name, btcd, directory, logFile: join(run.path, 'logs', `${name}.log`) }, peers),
  );
  return {
    ...server,
    source: 'local',
    kind: 'btcd',
    url: plan.url,
    p2pAddress: plan.p2pAddress,
    startEmpty: server.restart,
    description: `local process, btcd ${btcdVersion}, ${new URL(plan.url).host}`,
  };
}

async function buildBtcd(directory: string, env: Env, log: Log): Promise<void> {
  log(`building btcd ${btcdVersion} with Go (once, about a minute) …`);
  await runTool('go', ['install', `github.com/btcsuite/btcd@v${btcdVersion}`], {
    cwd: directory,
    env: { ...env, GOBIN: directory, GOFLAGS: '', CGO_ENABLED: '0' },
  });
}

interface BtcdPlace {
  readonly name: string;
  readonly btcd: string;
  readonly directory: string;
  readonly logFile: string;
}

async function planNode({ name, btcd, directory, logFile }: BtcdPlace, peers: readonly string[]): Promise<NodePlan> {
  const [rpcPort, p2pPort] = await freePorts(2);
  const password = randomBytes(18).toString('hex');
  const configFile = join(directory, 'btcd.conf');
  const settings = [
    'regtest=1',
    'notls=1',
    'txindex=1',
    'nobanning=1',
    `rpcuser=vchain`,
    `rpcpass=${password}`, // here and not on the command line, which every user of the machine can read
    `rpclisten=127.0.0.1:${rpcPort}`,
    `rpcmaxclients=${rpcClientsMax}`,
    `rpcmaxconcurrentreqs=${rpcClientsMax}`,
    `listen=127.0.0.1:${p2pPort}`,
    `miningaddr=${unspendableAddress}`,
    `datadir=${join(directory, 'data')}`,
    `logdir=${join(directory, 'log')}`,
    ...peers.map((peer) => `addpeer=${peer}`),
  ];
  await writeFile(configFile, `[Application Options]\n${settings.join('\n')}\n`, { mode: 0o600 });
  const url = `http://vchain:${password}@127.0.0.1:${rpcPort}`;
  return {
    name,
    url,
    p2pAddress: `127.0.0.1:${p2pPort}`,
    launch: {
      command: btcd,
      args: [`--configfile=${configFile}`],
      env: { HOME: directory },
      cwd: directory,
      logFile,
      stopSignal: 'SIGTERM',
    },
    probe: () => probeNode(url),
  };
}
