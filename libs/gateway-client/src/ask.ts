import { askJson } from './ask-json.ts';
import { addressOf } from './subscription/options.ts';

/** The questions of a gateway by their paths, as `types` writes them from its OpenAPI document. */
export type Questions<All> = {
  readonly [Path in keyof All]: { readonly parameters: object; readonly answer: unknown };
};

/** Whether a question can be asked without parameters. */
type Given<Parameters> =
  Record<never, never> extends Parameters
    ? readonly [parameters?: Parameters, options?: AskOptions]
    : readonly [parameters: Parameters, options?: AskOptions];

/** How long an answer is waited for. */
export interface AskOptions {
  readonly signal?: AbortSignal;
}

/** As whom a gateway is asked. */
export interface AskAs {
  /** A token of the gateway, `vct_…`; none where it asks for none. */
  readonly token?: string | undefined;
}

/** Asks a question by its path: parameters that stand in the path are put there, the others behind the `?`. */
export type Ask<All extends Questions<All>> = <Path extends keyof All & string>(
  path: Path,
  ...given: Given<All[Path]['parameters']>
) => Promise<All[Path]['answer']>;

/**
 * Asks a gateway typed questions: `ask('/v1/chains/kv/machines/kv/collections/names/rows/{name}', { name: 'alice', at: '120' })`.
 *
 * @throws TypeError where the gateway's address is none. From a question: GatewayRefused with the gateway's code,
 * GatewayUnavailable, NotAGateway, RangeError where a parameter of the path is not given
 */
export function questionsOf<All extends Questions<All>>(gateway: string, { token }: AskAs = {}): Ask<All> {
  new URL(gateway);
  return async (path, ...[parameters, options]) => {
    const rest = new Map(Object.entries((parameters ?? {}) as Readonly<Record<string, string | number | boolean>>));
    const place = path.replace(/\{([^}]+)\}/g, (_, name: string) => {
      const value = rest.get(name);
      if (value === undefined) throw new RangeError(`${path}: ${name} is not given`);
      rest.delete(name);
      return encodeURIComponent(value);
    });
    return askJson(addressOf(gateway, place, Object.fromEntries(rest)), { signal: options?.signal, token }) as never;
  };
}
