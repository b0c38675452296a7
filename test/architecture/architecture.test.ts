import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { circles } from './circles.ts';
import { crowded, filesByFolder, layerBreach } from './folders.ts';
import { breaches } from './rules.ts';
import { functionsOf, misshapen } from './shape.ts';
import { survey } from './survey.ts';

test('imports, functions and folders are as they should be', () => {
  expect(survey(resolve(import.meta.dirname, '../..')).breaches).toEqual([]);
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

test('a function with five parameters, and one of seventy-one lines, are named with their line', () => {
  const long = `const wide = (a, b, c, d, e) => a;\nexport class Shape {\n  long() {\n${'    this.go();\n'.repeat(69)}  }\n}\n`;
  expect(misshapen(functionsOf('libs/x/src/y.ts', long))).toEqual([
    'libs/x/src/y.ts:1: wide has 5 parameters, of 4',
    'libs/x/src/y.ts:3: long has 71 lines, of 70',
  ]);
  expect(misshapen(functionsOf('libs/x/src/y.ts', long.replace('    this.go();\n', '').replace(', e', '')))).toEqual(
    [],
  );
});

test('files that import each other through others are one circle, and those that lead into it are not of it', () => {
  const imports = new Map([
    ['a', ['b']],
    ['b', ['c', 'd']],
    ['c', ['d', 'e']],
    ['d', ['b']],
    ['e', []],
    ['f', ['f']],
  ]);
  expect(circles(imports)).toEqual([['b', 'c', 'd'], ['f']]);
});

test('the twenty-first file on one level of a folder is one too many, below it is another level', () => {
  const files = Array.from({ length: 20 }, (_, index) => `libs/x/src/${index}.ts`);
  expect(crowded(filesByFolder([...files, 'libs/x/src/deep/20.ts', 'test/kit/20.ts']))).toEqual([]);
  expect(crowded(filesByFolder([...files, 'libs/x/src/20.ts']))).toEqual(['libs/x/src: 21 files on one level, of 20']);
});

test.each([
  ['build', 'advance', 1],
  ['advance', 'build', 0],
  ['read', 'verify', 1],
  ['snapshot', 'rebuild', 1],
  ['verify', 'verify', 0],
])('in the projection, %s that imports %s is a breach: %i', (from, to, count) => {
  const breach = layerBreach(`libs/projection/src/${from}/a.ts`, `libs/projection/src/${to}/b.ts`);
  expect(breach === null ? 0 : 1).toBe(count);
  expect(layerBreach('libs/projection/src/index.ts', `libs/projection/src/${to}/b.ts`)).toBeNull();
});
