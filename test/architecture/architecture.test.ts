import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { allBreaches, breaches } from './rules.ts';

test('nobody imports what they may not', () => {
  expect(allBreaches(resolve(import.meta.dirname, '../..'))).toEqual([]);
});

test.each([
  ['a machine with a clock', 'libs/machines/x/src/rules.ts', 'const now = Date.now();'],
  [
    "a machine with the kernel's clock",
    'libs/machines/x/src/rules.ts',
    "import { wallClock } from '@virtualchain/kernel';",
  ],
  ['a kernel with a clock beside the one file for it', 'libs/kernel/src/back-off.ts', 'const now = Date.now();'],
  ['a pure library with Node', 'libs/machine/src/fold.ts', "import { createHash } from 'node:crypto';"],
  [
    'a machine that imports another',
    'libs/machines/x/src/rules.ts',
    "import { kvMachine } from '@virtualchain/machine-kv';",
  ],
  ['a service that imports another', 'services/cli/src/main.ts', "import { project } from '@virtualchain/projector';"],
  [
    'a library that imports a service',
    'libs/client/src/follow.ts',
    "import { project } from '@virtualchain/projector';",
  ],
  ['a back door', 'services/cli/src/main.ts', "import { fold } from '@virtualchain/machine/src/fold.ts';"],
  ['a path into another package', 'libs/client/src/follow.ts', "import { fold } from '../../machine/src/fold.ts';"],
  ['a limit beside the limits', 'libs/operation-log/src/kafka/kafka.ts', 'const WAIT_MS = 100;'],
  ['a client library in the wrong adapter', 'libs/projection/src/x.ts', "import { Kafka } from 'kafkajs';"],
])('%s is a breach', (_what, file, source) => {
  expect(breaches(file, source)).toHaveLength(1);
});
