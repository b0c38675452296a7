/** `npm run pack -- --out DIR [--lint]`: a tarball of every package that is published; `--lint` asks publint and attw what they think. */
import { parseArgs } from 'node:util';
import { packAll } from '../src/pack.ts';

const { values } = parseArgs({ options: { out: { type: 'string' }, lint: { type: 'boolean', default: false } } });
if (values.out === undefined) {
  console.error('usage: npm run pack -- --out DIR [--lint]');
  process.exit(2);
}
const tarballs = await packAll(values.out);
for (const { file } of tarballs) console.log(file);
if (values.lint) {
  const { problemsOf } = await import('../src/lint.ts');
  for (const tarball of tarballs) {
    for (const problem of await problemsOf(tarball)) {
      console.error(problem);
      process.exitCode = 1;
    }
  }
}
