import { enableCompileCache } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

// A command is short, and its sources are many: what Node made of them is kept beside them for the next one.
enableCompileCache(join(resolve(dirname(fileURLToPath(import.meta.url)), '../../..'), '.vchain', 'compiled'));
const { run } = await import('./vchain.ts');
await run(process.argv);
