import { relative } from 'node:path';
import type { Created } from './create-package.ts';

/** What to type after a package was created, a line each. */
export function nextSteps({ folder, packageName }: Created, from: string = process.cwd()): readonly string[] {
  return [
    `${packageName} is there: src/chain.ts says what an operation looks like, src/machine.ts what becomes of it.`,
    '',
    `  cd ${relative(from, folder) || '.'}`,
    '  npm install',
    '  npm test                                   # its rules, without any server',
    '  npx vchain dev                             # a chain of your own; rules are folded anew when you save them',
    '  npx vchain dev send alice sign "alice"     # in another terminal',
  ];
}
