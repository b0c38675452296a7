import { execFile } from 'node:child_process';
import { join } from 'node:path';

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** Runs `main.ts` as `npm run simulate` does. */
export function spawnSimulation(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly output: string }> {
  const script = join(import.meta.dirname, 'main.ts');
  const { NODE_OPTIONS: _ofJest, ...ours } = process.env;
  return new Promise((resolve) => {
    const options = { env: { ...ours, ...env }, maxBuffer: OUTPUT_BYTES_MAX };
    execFile(process.execPath, [script, ...args], options, (error, stdout) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout });
    });
  });
}
