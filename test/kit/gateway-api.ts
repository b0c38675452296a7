/** A gateway without a socket, asked as a client would ask it. */
import { expect } from '@jest/globals';
import { type ApiOptions, createApi, servedMachines } from '@virtualchain/gateway';
import {
  type AnyStateMachine,
  type Collection,
  type Collections,
  canonicalRow,
  MemoryFold,
} from '@virtualchain/machine';
import type { LogChange } from '@virtualchain/operation-log';
import type { Registry } from '@virtualchain/projection';

export interface GatewayApi extends AsyncDisposable {
  readonly api: Awaited<ReturnType<typeof createApi>>;
  get(url: string, headers?: Readonly<Record<string, string>>): Promise<Answered>;
  /** The body of an answer that has to be there. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of many questions, looked into by tests.
  answered(url: string): Promise<any>;
  /** All entries of a list, page by page. */
  entriesOf(url: string, limit: number): Promise<readonly Record<string, unknown>[]>;
}

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly body: any;
}

/** The gateway over a registry; a bug fails the test. */
export async function gatewayOver(
  registry: Registry,
  network: string,
  more: Partial<ApiOptions> = {},
): Promise<GatewayApi> {
  const served = await servedMachines(registry, network, { chains: [], machines: [] });
  const api = await createApi({
    ...{ registry, network, served, version: '1.2.3', requestsPerMinute: 1_000_000 },
    onBug: (error) => {
      throw error;
    },
    ...more,
  });
  const get: GatewayApi['get'] = async (url, headers = {}) => {
    const response = await api.inject({ method: 'GET', url, headers });
    const body = response.body === '' ? null : response.json();
    return { status: response.statusCode, headers: response.headers, body };
  };
  const answered: GatewayApi['answered'] = async (url) => {
    const { status, body } = await get(url);
    expect({ url, status, body }).toMatchObject({ status: 200 });
    return body;
  };
  return { api, get, answered, entriesOf: pagesOf(answered), [Symbol.asyncDispose]: () => api.close() };
}

function pagesOf(answered: GatewayApi['answered']): GatewayApi['entriesOf'] {
  return async (url, limit) => {
    const entries: Record<string, unknown>[] = [];
    let next: string | null = null;
    do {
      // The moment is that of the first page: `after` says which.
      const [path = '', query = ''] = url.split('?');
      const asked = new URLSearchParams(query);
      asked.set('limit', String(limit));
      if (next !== null) {
        asked.delete('at');
        asked.set('after', next);
      }
      const page: { entries: Record<string, unknown>[]; next: string | null } = await answered(`${path}?${asked}`);
      entries.push(...page.entries);
      next = page.next;
    } while (next !== null);
    return entries;
  };
}

/** A branch folded on memory, block by block: what is above a height is not there yet when the height is handed over. */
export async function* foldedHeights(
  machine: AnyStateMachine,
  changes: readonly LogChange[],
): AsyncGenerator<{ readonly fold: MemoryFold; readonly height: number; readonly hash: string }> {
  const branch: Extract<LogChange, { kind: 'connected' }>[] = [];
  for (const change of changes) {
    if (change.kind === 'connected') branch.push(change);
    else branch.pop();
  }
  const fold = await MemoryFold.open(machine);
  for (const { event, operations } of branch) {
    await fold.connect({ ...event, operations } as unknown as Parameters<MemoryFold['connect']>[0]);
    yield { fold, height: event.height, hash: event.hash };
  }
}

/** Every row of every collection as memory has it, as JSON shows rows. */
export function rowsOnMemory(machine: AnyStateMachine, fold: MemoryFold): Readonly<Record<string, readonly object[]>> {
  return Object.fromEntries(
    Object.entries(machine.collections as Collections).map(([name, collection]: [string, Collection]) => [
      name,
      fold.state.dump(name).map((row) => canonicalRow(collection, row)),
    ]),
  );
}
