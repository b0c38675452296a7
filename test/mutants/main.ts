/** `npm run mutants [-- <name> …]`: takes the rules of the core out, one at a time, and says which test misses each. */
import type { Mutant } from './mutant.ts';
import { MUTANTS } from './mutants.ts';
import { type Fate, runMutants } from './run-mutants.ts';

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !MUTANTS.some((mutant) => mutant.name === name));
const chosen = wanted.length === 0 ? MUTANTS : MUTANTS.filter(({ name }) => wanted.includes(name));

if (unknown.length > 0) {
  console.error(`no such mutant: ${unknown.join(', ')}; there are ${MUTANTS.map(({ name }) => name).join(', ')}`);
  process.exitCode = 2;
} else {
  const fates = await runMutants(chosen, (mutant, fate) => console.log(describe(mutant, fate)));
  const caught = fates.filter(({ kind }) => kind === 'caught').length;
  console.log(`${caught} caught, ${fates.length - caught} survived`);
  process.exitCode = caught === fates.length ? 0 : 1;
}

function describe({ name, file }: Mutant, fate: Fate): string {
  switch (fate.kind) {
    case 'caught':
      return `${name.padEnd(36)} caught by "${fate.by}"${fate.others > 0 ? ` and ${fate.others} more` : ''}`;
    case 'survived':
      return `${name.padEnd(36)} SURVIVED: no test misses what was taken out of ${file}`;
    case 'broken':
      return `${name.padEnd(36)} BROKEN, which catches nothing: ${fate.why}`;
  }
}
