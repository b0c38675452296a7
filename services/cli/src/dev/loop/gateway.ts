import { type RunningGateway, startGateway } from '../../starting/gateway.ts';
import { NETWORK } from './chain-run.ts';
import type { Live } from './live.ts';
import { type DevParts, logSettings } from './parts.ts';

/** The gateway of a `vchain dev`, which serves the rules that are live. */
export interface DevGateway extends AsyncDisposable {
  /** Serves other rules from now on, at the same address. Told one after the other, the last one counts. */
  serve(parts: DevParts, live: Live): Promise<void>;
}

/** `onAddress` hears where it is, once it answers for the first time. */
export function createDevGateway(onAddress: (address: string) => void): DevGateway {
  let running: RunningGateway | null = null;
  let port = '0';
  let [started, isOver] = [0, false];
  let newest: Live | null = null;
  let before: Promise<void> = Promise.resolve();

  const replace = async (parts: DevParts, live: Live): Promise<void> => {
    if (isOver || live !== newest) return;
    await running?.process.stop();
    started += 1;
    running = await startGateway(parts.parts, {
      name: `gateway-${started}`,
      args: ['--api-port', port, '--chain', live.definitions.chain, '--machine', live.definitions.machine],
      settings: {
        VCHAIN_NETWORK: NETWORK,
        VCHAIN_POSTGRES_URL: parts.postgresUrl,
        ...logSettings(parts.log).env,
        VCHAIN_TOPIC_PREFIX: live.chain.topicPrefix,
        VCHAIN_HTTP_PORT: '0',
      },
    });
    if (running === null) return;
    if (port === '0') onAddress(running.address);
    port = new URL(running.address).port;
  };
  return {
    serve(parts, live) {
      newest = live;
      before = before.then(() => replace(parts, live));
      return before;
    },
    async [Symbol.asyncDispose]() {
      isOver = true;
      await before;
      await running?.process.stop();
    },
  };
}
