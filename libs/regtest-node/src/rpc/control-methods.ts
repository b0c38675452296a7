import { type Methods, usageOf } from './methods.ts';
import { RPC_CODES, RpcError } from './rpc-error.ts';

/** The node as a process. */
export interface Control {
  /** Unix seconds by the clock that blocks are judged by; null sets it right again. */
  setTime(seconds: number | null): void;
  /** Milliseconds since it began. */
  upMs(): number;
  /** Ends it, once the call is answered. */
  stop(): void;
}

/** Calls about the node itself. `others` are all that it answers beside these. */
export function controlMethods(control: Control, others: Methods): Methods {
  const own: Methods = {
    help: {
      takes: ['( "command" )'],
      answer: (given) => {
        const all = { ...others, ...own };
        if (!given.has(0))
          return Object.keys(all)
            .sort()
            .map((name) => usageOf(name, all[name] as Methods[string]))
            .join('\n');
        const method = Object.hasOwn(all, given.text(0)) ? all[given.text(0)] : undefined;
        return method === undefined ? `help: unknown command: ${given.text(0)}` : usageOf(given.text(0), method);
      },
    },
    setmocktime: {
      takes: ['timestamp'],
      answer: (given) => {
        const seconds = given.number(0);
        if (seconds < 0)
          throw new RpcError(RPC_CODES.parameter, `Mocktime must be in the range [0, …], not ${seconds}.`);
        control.setTime(seconds === 0 ? null : seconds);
      },
    },
    getconnectioncount: { takes: [], answer: () => 0 },
    getpeerinfo: { takes: [], answer: () => [] },
    ping: { takes: [], answer: () => null },
    uptime: { takes: [], answer: () => Math.floor(control.upMs() / 1_000) },
    stop: {
      takes: [],
      answer: () => {
        control.stop();
        return 'virtualchain regtest node stopping';
      },
    },
  };
  return own;
}
