/**
 * Writes the types of the questions about the built-in machines, from the document that a gateway of them would give. With `--check` it
 * writes nothing and exits with 1 when they are out of date.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadChain, loadMachine } from '@virtualchain/definitions';
import { type ApiOptions, createApi, type ServedMachine } from '@virtualchain/gateway';
import { writeTypes } from '../src/types/write-types.ts';

const place = new URL('../src/generated/questions.ts', import.meta.url);

const BUILT_IN = [
  ['kv', 'kv'],
  ['kv', 'activity'],
  ['bns', 'bns'],
] as const;

/** What there is to be asked; nothing is read, so that there is nothing behind it. */
async function documentOf(): Promise<unknown> {
  const served = await Promise.all(
    BUILT_IN.map(async ([chainName, machineName]) => {
      const chain = await loadChain(chainName, {});
      const machine = await loadMachine(machineName, chain, {});
      return { instance: { chain, machine, network: 'regtest', parameters: {} } } as unknown as ServedMachine;
    }),
  );
  const api = await createApi({
    ...{ registry: {} as ApiOptions['registry'], network: 'regtest', served, version: '0', requestsPerMinute: 1 },
    onBug: (error) => {
      throw error;
    },
  });
  const document = api.swagger();
  await api.close();
  return document;
}

const wanted = `// Made by npm run generate.\n\n${writeTypes(await documentOf(), 'BuiltInQuestions')}`;
const present = existsSync(place) ? readFileSync(place, 'utf8') : '';
if (present !== wanted && process.argv.includes('--check')) {
  console.error('libs/gateway-client/src/generated/questions.ts is out of date: npm run generate');
  process.exitCode = 1;
} else if (present !== wanted) {
  writeFileSync(place, wanted);
  console.log('wrote libs/gateway-client/src/generated/questions.ts');
}
process.exit();
