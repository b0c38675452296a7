import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { INGESTER_FLAGS, MACHINE_NAMES, projectorFlags } from './deployment.ts';

const compose = readFileSync(join(import.meta.dirname, '../../../../docker-compose.yml'), 'utf8');

/** The words of a service's command, written as one list or as one item a line. */
function commandOf(service: string): readonly string[] {
  const block = compose.split(/\n(?= {2}\S)/).find((each) => each.startsWith(`  ${service}:`)) ?? '';
  const [, inline, lines] = /\n {4}command:(?: \[(.*)\]|((?:\n {6}- .*)+))/.exec(block) ?? [];
  const items = inline?.match(/'[^']*'|"[^"]*"/g) ?? lines?.split('\n      - ').slice(1) ?? [];
  return items.map((item) => item.replace(/^(['"])(.*)\1$/, '$2'));
}

test('docker compose starts the ingester that --feed sends to', () =>
  expect(commandOf('ingester')).toEqual(['services/ingester/src/main.ts', ...INGESTER_FLAGS]));

test.each(MACHINE_NAMES)('docker compose starts the projector of %s with the parameters of the demo', (machine) =>
  expect(commandOf(`projector-${machine}`)).toEqual(['services/projector/src/main.ts', ...projectorFlags(machine)]),
);
