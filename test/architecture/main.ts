import { resolve } from 'node:path';
import { allBreaches } from './rules.ts';

const found = allBreaches(resolve(import.meta.dirname, '../..'));
for (const breach of found) console.error(breach);
process.exitCode = found.length > 0 ? 1 : 0;
