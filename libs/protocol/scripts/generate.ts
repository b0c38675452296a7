/**
 * Writes the schemas of the operation log as plain data into `src/generated`, and the JSON Schemas and the AsyncAPI document
 * into `generated`. With `--check` it writes nothing and exits with 1 when they are out of date.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { asyncApiDocument, jsonSchemas } from '../src/async-api.ts';
import { EVENT_SCHEMAS } from '../src/events.ts';
import { FEED_SCHEMAS } from '../src/feed-entries.ts';

const folder = new URL('../', import.meta.url);
const FOLDERS = ['src/generated/', 'generated/'];

/** Without what TypeBox keeps beside them. */
const schemas = plain(EVENT_SCHEMAS);
const feedSchemas = plain(FEED_SCHEMAS);

const wanted = new Map<string, string>([
  ['src/generated/schemas.ts', source(schemas, 'SCHEMAS', 'all records', 'events.ts')],
  [
    'src/generated/feed-schemas.ts',
    source(feedSchemas, 'FEED_ENTRY_SCHEMAS', 'all entries of a feed', 'feed-entries.ts'),
  ],
  ['generated/asyncapi.json', text(asyncApiDocument(schemas, feedSchemas))],
  ...[...jsonSchemas(schemas)].map(([type, schema]): [string, string] => [
    `generated/${type}.schema.json`,
    text(schema),
  ]),
]);

function plain(made: object): Record<string, Record<string, unknown>> {
  return JSON.parse(JSON.stringify(made)) as Record<string, Record<string, unknown>>;
}

function source(data: unknown, name: string, what: string, from: string): string {
  const about = `/** The schemas of ${what} as plain data, by type. Made by \`npm run generate\` from \`src/${from}\`. */`;
  return `${about}\nexport const ${name} = ${JSON.stringify(data, null, 2)} as const;\n`;
}

function text(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

const present: string[] = [];
for (const each of FOLDERS) {
  await mkdir(new URL(each, folder), { recursive: true });
  present.push(...(await readdir(new URL(each, folder))).map((name) => `${each}${name}`));
}
const outdated = [
  ...present.filter((name) => !wanted.has(name)),
  ...(
    await Promise.all([...wanted].map(async ([name, content]) => ((await contentOf(name)) === content ? [] : [name])))
  ).flat(),
];

async function contentOf(name: string): Promise<string | null> {
  return present.includes(name) ? readFile(new URL(name, folder), 'utf8') : null;
}

if (process.argv.includes('--check')) {
  for (const name of outdated) console.error(`libs/protocol/${name} is out of date: npm run generate`);
  process.exitCode = outdated.length > 0 ? 1 : 0;
} else {
  for (const name of outdated) {
    const content = wanted.get(name);
    if (content === undefined) await rm(new URL(name, folder));
    else await writeFile(new URL(name, folder), content);
    console.log(`${content === undefined ? 'removed' : 'wrote'} libs/protocol/${name}`);
  }
}
