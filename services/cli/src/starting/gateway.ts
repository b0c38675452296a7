import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RealParts, RunningProcess } from '@virtualchain/local';
import { gatewayLookMs, gatewayStartMs } from '../limits.ts';
import { compiledCode, vchainArgs } from './executable.ts';

/** What a gateway of a run is started with. */
export interface GatewayStart {
  /** Not in use by another process of the run. */
  readonly name: string;
  readonly args: readonly string[];
  readonly settings: Readonly<Record<string, string | undefined>>;
}

/** A gateway that answers, and where: the page to look at is there too. */
export interface RunningGateway {
  readonly process: RunningProcess;
  /** `http://host:port` */
  readonly address: string;
}

/** Starts a gateway beside the other processes of a run; null where it does not answer, which is no reason to end the run. */
export async function startGateway(
  parts: RealParts,
  { name, args, settings }: GatewayStart,
): Promise<RunningGateway | null> {
  const started = await parts.startProcess({
    name,
    command: process.execPath,
    args: vchainArgs('gateway', ...args),
    env: { PATH: process.env['PATH'], ...compiledCode(), ...settings },
  });
  let hasEnded = false;
  void started.exited.then(() => {
    hasEnded = true;
  });
  for (const deadline = performance.now() + gatewayStartMs; performance.now() < deadline && !hasEnded; ) {
    const address = await addressIn(started.logFile);
    if (address !== null) return { process: started, address };
    await sleep(gatewayLookMs);
  }
  await started.stop();
  return null;
}

/** The address that a gateway's log says it answers at; null before that. */
async function addressIn(logFile: string): Promise<string | null> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  const line = text.split('\n').find((one) => one.includes('"address":'));
  if (line === undefined) return null;
  try {
    return (JSON.parse(line) as { readonly address: string }).address;
  } catch {
    return null; // it is being written
  }
}
