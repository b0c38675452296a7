import { type NodeRpc, openRpc } from '@virtualchain/node-client';
import { NETWORK } from './chain-run.ts';
import { mineFirstBlocks } from './first-blocks.ts';
import { type DevFile, takeFolder } from './folder/dev-file.ts';
import { definitionsOf, type GivenDefinitions, packageFolder } from './folder/package-folder.ts';
import { createDevGateway } from './gateway.ts';
import type { Happening } from './happenings.ts';
import type { Live } from './live.ts';
import { DevLoop } from './loop.ts';
import { type DevParts, logSettings, startDevParts } from './parts.ts';
import { createTeller } from './teller/teller.ts';

export interface DevOptions extends GivenDefinitions {
  /** Real parts only. */
  readonly real: boolean;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/**
 * `vchain dev`: node, log and Postgres for the package of the working folder, its chain and machine on them, and its rules folded
 * anew at every save, until the signal ends it.
 *
 * @throws DevRefused, DevRunning, and what keeps the parts from starting.
 */
export async function dev({ json, real, signal, ...given }: DevOptions): Promise<void> {
  const workingFolder = process.cwd();
  const folder = packageFolder(workingFolder);
  definitionsOf(folder, given, workingFolder);
  using file = takeFolder(folder);
  const happen = createTeller({ json, folder });
  const ending = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => ending.resolve(), { once: true });
  const ground = openGround({ real, folder }, happen);
  const { opened } = ground;
  opened.catch(ending.reject);
  const parts = opened.then((all) => all.parts);
  parts.catch(() => undefined); // it was met above
  const gateway = createDevGateway((address) => happen({ kind: 'gateway', address }));
  const loop = new DevLoop({
    ...{ folder, given, workingFolder, happen, parts },
    prepare: async ({ name, firstBlock }) => mineFirstBlocks((await opened).rpc, name, firstBlock),
    onLive: async (live) => {
      announce(file, (await opened).parts, live);
      await gateway.serve((await opened).parts, live);
    },
    onFatal: ending.reject,
  });
  loop.start();
  const alive = setInterval(() => undefined, 60_000); // neither children nor the channel of the run keep the process
  try {
    await ending.promise;
  } finally {
    clearInterval(alive);
    await loop[Symbol.asyncDispose]();
    await gateway[Symbol.asyncDispose]();
    await ground[Symbol.asyncDispose]();
  }
}

/** What the loop stands on, once it has started. */
interface Opened {
  readonly parts: DevParts;
  readonly rpc: NodeRpc;
}

interface Ground extends AsyncDisposable {
  readonly opened: Promise<Opened>;
}

function openGround(
  options: { readonly real: boolean; readonly folder: string },
  happen: (happening: Happening) => void,
): Ground {
  let found: Opened | null = null;
  const opened = startDevParts(options, happen).then((parts) => {
    const { node } = parts.parts;
    found = { parts, rpc: openRpc(node.url, { cookieFile: node.cookieFile }) };
    return found;
  });
  return {
    opened,
    async [Symbol.asyncDispose]() {
      const { parts, rpc } = found ?? {};
      await rpc?.[Symbol.asyncDispose]();
      await parts?.[Symbol.asyncDispose]();
    },
  };
}

/** Says to other commands where the parts are. */
function announce(file: DevFile, { parts, postgresUrl, log }: DevParts, { definitions, loaded, chain }: Live): void {
  file.write({
    chain: definitions.chain,
    chainParameters: definitions.chainParameters,
    machineParameters: definitions.machineParameters,
    machine: definitions.machine,
    machineName: loaded.machine.name,
    network: NETWORK,
    nodeUrl: parts.node.url,
    nodeCookieFile: parts.node.cookieFile,
    ...logSettings(log).places,
    postgresUrl,
    topicPrefix: chain.topicPrefix,
  });
}
