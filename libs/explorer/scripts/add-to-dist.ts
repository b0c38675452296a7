/** Builds the page into what is published: `node libs/explorer/scripts/add-to-dist.ts DIST`. */
import { join, resolve } from 'node:path';
import { buildInto } from './build-page.ts';

const [dist] = process.argv.slice(2);
if (dist === undefined) throw new TypeError('usage: add-to-dist.ts DIST');
await buildInto(join(resolve(dist), 'page'));
