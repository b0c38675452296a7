import { expect, test } from '@jest/globals';
import { ExpectedError } from '@virtualchain/kernel';
import type { Reader } from '@virtualchain/projection';
import { waitForVerdict } from './wait.ts';

class Away extends ExpectedError {
  override readonly name = 'Away';
  readonly code = 'AWAY';
  readonly remedy = 'retry';
}

/** A projection that shows these, one after the other: its tip, and the block of the operation. */
function reader(...shown: readonly (readonly [tip: number, height: number | null] | Error)[]): Pick<Reader, 'read'> {
  let next = 0;
  return {
    read: async (_at: unknown, ask: (reading: unknown) => Promise<unknown>) => {
      const now = shown[Math.min(next++, shown.length - 1)] as (typeof shown)[number];
      if (now instanceof Error) throw now;
      const [tip, height] = now;
      const record = height === null ? null : { verdict: { kind: 'accepted' }, event: { height } };
      return ask({ tip, operation: async () => record });
    },
  } as unknown as Pick<Reader, 'read'>;
}

const rpc = { call: async () => 9 } as never;
const { signal } = new AbortController();

function wait(shown: Pick<Reader, 'read'>, confirmations: number, timeoutSeconds = 60) {
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  const settled = waitForVerdict({ reader: shown }, rpc, 'tx', {
    confirmations,
    timeoutSeconds,
    signal,
    say,
    pollMs: 1,
  });
  return { lines, settled };
}

test('confirmations are counted from the block that the operation stands in, after a reorganisation too', async () => {
  const { lines, settled } = wait(reader([4, null], [5, 5], [5, 5], [4, null], [6, 6], [7, 6], [8, 6]), 3);
  expect(await settled).toEqual({ verdict: { kind: 'accepted' }, height: 6, confirmations: 3 });
  expect(lines).toEqual([
    'tx: in no block that the projection has, 0 of 3 confirmations; node at 9, projection at 4',
    'tx: in block 5, 1 of 3 confirmations; node at 9, projection at 5',
    'tx: in no block that the projection has, 0 of 3 confirmations; node at 9, projection at 4',
    'tx: in block 6, 1 of 3 confirmations; node at 9, projection at 6',
    'tx: in block 6, 2 of 3 confirmations; node at 9, projection at 7',
    'tx: in block 6, 3 of 3 confirmations; node at 9, projection at 8',
  ]);
});

test('a database that is away is waited for; a bug is not', async () => {
  const { lines, settled } = wait(reader(new Away('Postgres is away'), new Away('Postgres is away'), [6, 6]), 1);
  expect(await settled).toMatchObject({ height: 6 });
  expect(lines[0]).toBe('tx: Postgres is away; asking again');
  expect(lines).toHaveLength(2);
  await expect(wait(reader(new TypeError('a bug')), 1).settled).rejects.toThrow('a bug');
});

test('a wait that takes too long ends by name, and says that the operation was sent', async () => {
  await expect(wait(reader([6, 6]), 3, 0).settled).rejects.toMatchObject({
    code: 'WAIT_TIMED_OUT',
    message: expect.stringContaining('It was sent: tx: in block 6, 1 of 3'),
  });
});
