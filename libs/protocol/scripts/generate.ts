/**
 * Writes the JSON Schemas and the AsyncAPI document of the operation log into `generated`. With `--check` it writes
 * nothing and exits with 1 when they are out of date.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { asyncApiDocument, jsonSchemas } from '../src/index.ts';

const folder = new URL('../generated/', import.meta.url);

const wanted = new Map<string, string>([
  ['asyncapi.json', text(asyncApiDocument())],
  ...[...jsonSchemas()].map(([type, schema]): [string, string] => [`${type}.schema.json`, text(schema)]),
]);

function text(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

await mkdir(folder, { recursive: true });
const present = await readdir(folder);
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
  for (const name of outdated) console.error(`libs/protocol/generated/${name} is out of date: npm run generate`);
  process.exitCode = outdated.length > 0 ? 1 : 0;
} else {
  for (const name of outdated) {
    const content = wanted.get(name);
    if (content === undefined) await rm(new URL(name, folder));
    else await writeFile(new URL(name, folder), content);
    console.log(`${content === undefined ? 'removed' : 'wrote'} libs/protocol/generated/${name}`);
  }
}
