import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { json, ScriptedGateway } from '../../../../test/kit/scripted-gateway.ts';
import { main } from './main.ts';
import { typeOfSchema } from './type-of-schema.ts';
import { writeTypes } from './write-types.ts';

const repository = resolve(import.meta.dirname, '../../../..');
const text = { type: 'string' };
const row = {
  type: 'object',
  required: ['name', 'value'],
  properties: { name: text, value: { anyOf: [text, { type: 'null' }] }, note: text, 'a-b': { type: 'integer' } },
};
const get = (schema: unknown, parameters: readonly unknown[] = []) => ({
  get: { summary: 'asks', parameters, responses: { 200: { content: { 'application/json': { schema } } } } },
});
const page = { type: 'object', required: ['entries'], properties: { entries: { type: 'array', items: row } } };
const DOCUMENT = {
  paths: {
    '/names': get(page, [
      { name: 'limit', in: 'query', required: true, schema: { type: 'integer', default: 50 } },
      { name: 'at', in: 'query', schema: { type: 'string', pattern: '^([0-9]+|[0-9a-f]{64})$' } },
    ]),
    '/names/{name}': get(row, [{ name: 'name', in: 'path', required: true, schema: text }]),
    '/held': get({ type: 'object', required: ['row'], properties: { row: { anyOf: [row, { type: 'null' }] } } }),
    '/stream': { get: { responses: { 200: { content: { 'text/event-stream': {} } } } } },
  },
};

test.each([
  [{ type: 'array', items: { anyOf: [text, { type: 'null' }] } }, 'readonly (string | null)[]'],
  [{ type: 'array', items: { type: 'array', items: text } }, 'readonly (readonly string[])[]'],
  [
    { type: 'array', items: { anyOf: [row, { type: 'array', items: row }] } },
    'readonly ({ readonly name: string; readonly value: string | null; readonly note?: string; readonly "a-b"?: number } | readonly { readonly name: string; readonly value: string | null; readonly note?: string; readonly "a-b"?: number }[])[]',
  ],
  [{ enum: ['a', 1, null] }, '"a" | 1 | null'],
  [{ const: true }, 'true'],
  [{ type: ['integer', 'null'] }, 'number | null'],
  [{ $ref: '#/components/schemas/some-row' }, 'SomeRow'],
  [{ type: 'object', additionalProperties: { type: 'boolean' } }, 'Readonly<Record<string, boolean>>'],
  [{ type: 'object', additionalProperties: false }, 'Readonly<Record<string, never>>'],
  [{ allOf: [text, { type: 'null' }] }, '(string) & (null)'],
  [{}, 'unknown'],
])('%j is %s', (schema, type) => expect(typeOfSchema(schema, null)).toBe(type));

test('what is written holds for the compiler: parameters, answers, and what is neither', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vchain-types-'));
  const used = `
declare const ask: <Path extends keyof Q>(path: Path, parameters: Q[Path]['parameters']) => Q[Path]['answer'];
const page = ask('/names', { at: 7 });
ask('/names', { at: 'ab' });
const [first] = page.entries;
export const seen: [string | undefined, string | null | undefined, string | undefined, number | undefined] =
  [first?.name, first?.value, first?.note, first?.['a-b']];
export const held: typeof first | null = ask('/held', {}).row;
// @ts-expect-error the name is missing
ask('/names/{name}', {});
// @ts-expect-error there is no such question
ask('/stream', {});
`;
  const written = writeTypes(DOCUMENT, 'Q');
  await writeFile(join(folder, 'q.ts'), `${written}${used}`);
  const tsc = join(repository, 'node_modules/typescript/bin/tsc');
  const flags = [
    '--ignoreConfig',
    '--strict',
    '--noEmit',
    '--noUncheckedIndexedAccess',
    '--types',
    '',
    '--target',
    'es2022',
  ];
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, ...flags, join(folder, 'q.ts')]).catch(
    (error: { stdout: string }) => error,
  );
  expect(stdout).toBe('');
  expect(written.match(/"a-b"/g)).toHaveLength(1); // what comes three times has a name
  await rm(folder, { recursive: true });
}, 60_000);

const keywords = fc.constantFrom('type', 'properties', 'items', 'anyOf', 'enum', 'required', 'additionalProperties');
const schemas = fc.dictionary(
  keywords,
  fc.oneof(fc.jsonValue(), fc.constantFrom('object', 'array', [row], { a: row })),
);

test('whatever a document holds, types come of it', () =>
  fc.assert(
    fc.property(fc.jsonValue(), schemas, fc.jsonValue(), (document, schema, parameter) => {
      for (const each of [document, { paths: { '/x': get(schema, [parameter]), '/y': document } }, { paths: document }])
        expect(writeTypes(each, 'Q')).toContain('interface Q');
    }),
  ));

test('the command prints the types of a gateway, or says why not', async () => {
  const lines: string[] = [];
  const output = { log: (line: string) => lines.push(line), error: (line: string) => lines.push(`! ${line}`) };
  await using gateway = await ScriptedGateway.start(json(DOCUMENT), { kind: 'html', status: 404 });
  expect(await main(['types', gateway.url], output)).toBe(0);
  expect(lines.join('\n')).toContain('export interface Questions {');
  expect(await main(['types', gateway.url], output)).toBe(1);
  expect(lines.at(-1)).toMatch(/^! NOT_A_GATEWAY: /);
  expect(gateway.asked).toEqual(['/openapi.json', '/openapi.json']);
  for (const wrong of [[], ['types'], ['types', 'nowhere'], ['types', gateway.url, 'more']])
    expect(await main(wrong, output)).toBe(2);
  expect(await main(['--help'], output)).toBe(0);
});
