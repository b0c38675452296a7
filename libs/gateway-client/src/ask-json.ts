import { errorText, isExpectedError } from '@virtualchain/kernel';
import { GatewayUnavailable, NotAGateway } from './errors.ts';
import { ANSWER_TIMEOUT_MS } from './limits.ts';
import { refusalOfResponse } from './stream/problem.ts';

/** As whom a question is asked, and until when its answer is waited for. */
export interface Asking {
  readonly signal?: AbortSignal | undefined;
  readonly token?: string | undefined;
}

/** The header that says who asks; none without a token. */
export function authorization(token: string | undefined): Readonly<Record<string, string>> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

/** Asks one question. @throws GatewayUnavailable, GatewayRefused, NotAGateway; what `signal` was aborted with */
export async function askJson(address: URL, { signal, token }: Asking = {}): Promise<unknown> {
  const limit = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  try {
    const response = await fetch(address, {
      headers: { accept: 'application/json', ...authorization(token) },
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    if (!response.ok) throw await refusalOfResponse(response);
    if (!/\bjson\b/i.test(response.headers.get('content-type') ?? ''))
      throw new NotAGateway(`${address.host} does not answer with JSON: correct the address`);
    return await response.json();
  } catch (error) {
    if (signal?.aborted || isExpectedError(error)) throw error;
    throw new GatewayUnavailable(`${address.host}: ${errorText((error as Error).cause ?? error)}`, { cause: error });
  }
}
