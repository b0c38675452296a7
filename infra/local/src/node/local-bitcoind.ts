import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type LocalServerPlan, startOnFreePorts } from '../local-server.ts';
import type { NodePart, NodeWishes } from '../part.ts';
import { freePorts } from '../ports.ts';
import type { Env } from '../tools/cache.ts';
import type { LocalNodePlace } from './local-node-place.ts';
import { probeNode } from './node-probe.ts';

const runFile = promisify(execFile);
const secondsOfACentury = 100 * 365 * 24 * 3600;

interface BitcoindPlan extends LocalServerPlan {
  readonly url: string;
  readonly p2pAddress: string;
  readonly zmqUrl: string;
}

/** The program, and where it keeps what. */
interface BitcoindPlace {
  readonly name: string;
  readonly executable: string;
  readonly logFile: string;
  readonly directory: string;
  readonly data: string;
  readonly cookie: string;
}

/**
 * Starts a bitcoind in regtest, on 127.0.0.1 alone: it asks no other host for anything. It keeps its chain when it is
 * stopped; after SIGKILL it may have lost its newest blocks, or all of them.
 */
export async function startLocalBitcoind(
  name: string,
  executable: string,
  wishes: NodeWishes,
  { servers, run, env }: LocalNodePlace,
): Promise<NodePart> {
  const directory = join(run.path, name);
  const data = join(directory, 'data');
  const chain = join(data, 'regtest');
  const cookie = join(chain, '.cookie');
  const logFile = join(run.path, 'logs', `${name}.log`);
  const at: BitcoindPlace = { name, executable, logFile, directory, data, cookie };
  await mkdir(data, { recursive: true });
  const version = await askVersion(executable);
  const { plan, server } = await startOnFreePorts(servers, () => planNode(at, wishes, env));
  return {
    ...server,
    source: 'local',
    kind: 'bitcoind',
    url: plan.url,
    p2pAddress: plan.p2pAddress,
    zmqUrl: plan.zmqUrl,
    ...(wishes.hasCookie ? { cookieFile: cookie } : {}),
    description: `local process, ${version}, ${new URL(plan.url).host}`,
    async startEmpty() {
      await server.stop();
      await rm(chain, { recursive: true, force: true });
      await server.start();
    },
  };
}

async function planNode(
  { name, executable, logFile, directory, data, cookie }: BitcoindPlace,
  { peers = [], settings = [], hasCookie = false }: NodeWishes,
  env: Env,
): Promise<BitcoindPlan> {
  const [rpcPort, p2pPort, zmqPort] = await freePorts(3);
  const password = randomBytes(18).toString('hex');
  const zmqUrl = `tcp://127.0.0.1:${zmqPort}`;
  const login = hasCookie ? [] : ['rpcuser=vchain', `rpcpassword=${password}`]; // on no command line, which all can read
  const ofTheNetwork = [
    `rpcbind=127.0.0.1:${rpcPort}`,
    `rpcport=${rpcPort}`,
    'rpcallowip=127.0.0.1',
    `bind=127.0.0.1:${p2pPort}`,
    `zmqpubhashblock=${zmqUrl}`,
    `zmqpubrawtx=${zmqUrl}`,
    ...peers.map((peer) => `addnode=${peer}`),
  ];
  const lines = [...without(STEADY_SETTINGS, settings), ...settings, ...login, '[regtest]', ...ofTheNetwork];
  const configFile = join(directory, 'bitcoin.conf');
  await writeFile(configFile, `${lines.join('\n')}\n`, { mode: 0o600 });
  const url = `http://${hasCookie ? '' : `vchain:${password}@`}127.0.0.1:${rpcPort}`;
  return {
    name,
    url,
    p2pAddress: `127.0.0.1:${p2pPort}`,
    zmqUrl,
    launch: {
      command: resolve(executable),
      args: [`-datadir=${data}`, `-conf=${configFile}`],
      env: { HOME: directory, ...(env['PATH'] === undefined ? {} : { PATH: env['PATH'] }) },
      cwd: directory,
      logFile,
      stopSignal: 'SIGTERM',
    },
    probe: () => probeNode(url, hasCookie ? cookie : undefined),
  };
}

/** The same for every node of ours. What a program does not know (Core and Knots differ) it leaves aside, with a line in its log. */
const STEADY_SETTINGS: readonly string[] = [
  'regtest=1',
  'server=1',
  'rest=1',
  'txindex=1',
  'listen=1',
  // Nobody is looked for and nobody is told.
  'dns=0',
  'dnsseed=0',
  'fixedseeds=0',
  'discover=0',
  'listenonion=0',
  'natpmp=0',
  `maxtipage=${secondsOfACentury}`, // an old tip is not a node that is still syncing
  'disablewallet=1',
  'nodebuglogfile=1',
  'printtoconsole=1',
  'rpcworkqueue=256',
  'rpcthreads=8',
  'dbcache=32',
  'maxconnections=32',
  // On regtest both are done after every block, which makes long chains slow.
  'checkblockindex=0',
  'checkmempool=0',
  // Knots refuses to relay much that Core relays; what is relayed here is what Core relays.
  'corepolicy=1',
  'permitbaredatacarrier=1',
  'permitbaremultisig=1',
  'permitbarepubkey=1',
  'rejectparasites=0',
  'rejecttokens=0',
];

/** Without the settings that others name: the first one of a name is what the node takes. */
function without(steady: readonly string[], others: readonly string[]): readonly string[] {
  const named = new Set(others.map(nameOf));
  return steady.filter((line) => !named.has(nameOf(line)));
}

const nameOf = (line: string): string => line.slice(0, line.indexOf('='));

/** `Bitcoin Core v30.2`, as it calls itself. */
async function askVersion(executable: string): Promise<string> {
  const { stdout } = await runFile(executable, ['-version']);
  const [, name, version] = /^(.*?) (?:daemon )?(?:RPC )?version (\S+)/.exec(stdout) ?? [];
  return version === undefined ? executable : `${name} ${version}`;
}
