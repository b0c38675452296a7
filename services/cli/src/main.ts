import { mkdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// A command is short, and its sources are many: the compiled code is kept for the next one, where nobody else may write.
const cache =
  process.env['VCHAIN_CACHE'] || join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'virtualchain');
const compiled = join(cache, 'compiled');
try {
  mkdirSync(compiled, { recursive: true, mode: 0o700 });
  enableCompileCache(compiled);
} catch {
  // Without it a command is only slower.
}
const { run } = await import('./vchain.ts');
await run(process.argv);
