/**
 * `npm run fuzz [-- --examples 60] [--seed 7]`: asks a gateway with the name system's test chain whatever schemathesis makes of its OpenAPI
 * document, at least 10,000 questions. Ends with 1 for an answer that is a failure of ours or not what the document says, and for
 * too few questions. Needs Python 3 and, at first, PyPI. Streams have no end, and logs are not served here:
 * these are left out.
 */
import { spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createApi, servedMachines } from '@virtualchain/gateway';
import { startRealParts } from '@virtualchain/local';
import { openProjection, openRegistry } from '@virtualchain/projection';
import { livesOfNames } from '../contract/bns-queries-history.ts';
import { hasPython, pythonWith } from '../kit/python.ts';

const QUESTIONS_MIN = 10_000;
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
];

const { values } = parseArgs({
  options: {
    examples: { type: 'string', default: '100' },
    seed: { type: 'string', default: '7' },
    phases: { type: 'string', default: 'examples,coverage,fuzzing' },
  },
});

if (!hasPython) {
  console.error('the fuzz needs python3 with venv and pip');
  process.exitCode = 2;
} else process.exitCode = await fuzz();

async function fuzz(): Promise<number> {
  const python = await environment();
  await using parts = await startRealParts({ need: ['postgres'], log: (line) => console.error(line) });
  const url = await parts.postgres.createDatabase('fuzz');
  const { instance, changes } = await livesOfNames();
  {
    await using projection = await openProjection(url, instance);
    for (const some of [changes.main, changes.over, changes.back]) await projection.advance(some);
  }
  await using registry = await openRegistry(url);
  const { network } = instance;
  const served = await servedMachines(registry, network, { chains: [], machines: [] });
  const bugs: unknown[] = [];
  const api = await createApi({
    ...{ registry, network, served, version: '0.0.0', requestsPerMinute: 10_000_000 },
    onBug: (error) => bugs.push(error),
  });
  let questions = 0;
  api.server.on('request', () => {
    questions += 1;
  });
  const address = await api.listen({ host: '127.0.0.1', port: 0 });
  const code = await schemathesis(python, address);
  await api.close();
  for (const bug of bugs.slice(0, 5)) console.error(bug);
  console.log(`${questions} questions, ${bugs.length} bugs, schemathesis ended with ${code}`);
  if (questions < QUESTIONS_MIN) console.error(`fewer than ${QUESTIONS_MIN}: give more --examples`);
  return code === 0 && bugs.length === 0 && questions >= QUESTIONS_MIN ? 0 : 1;
}

/** Python with schemathesis, made once. */
async function environment(): Promise<string> {
  const folder = resolve(import.meta.dirname, '../../.vchain/fuzz');
  const program = join(folder, 'bin/schemathesis');
  const isThere = await access(program).then(
    () => true,
    () => false,
  );
  if (!isThere) await pythonWith(join(import.meta.dirname, 'requirements.txt'), folder);
  return program;
}

function schemathesis(program: string, address: string): Promise<number> {
  const args = [
    ...['run', `${address}/openapi.json`, '--url', address, '--checks', CHECKS.join(',')],
    ...['--phases', values.phases, '--max-examples', values.examples, '--seed', values.seed],
    ...[
      '--exclude-path-regex',
      '/(events|socket|log)$',
      '--request-timeout',
      '30',
      '--workers',
      '2',
      '--warnings',
      'off',
    ],
    ...['--suppress-health-check', 'all'],
  ];
  const child = spawn(program, args, { stdio: 'inherit', cwd: resolve(program, '../..') });
  return new Promise((done) => child.once('exit', (code) => done(code ?? 1)));
}
