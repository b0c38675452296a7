import { readFileSync } from 'node:fs';

/** Environment variables, such as `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What a variable says, or why it cannot be told; undefined if it is not set. */
export type VariableRead = { readonly text: string } | { readonly problem: string } | undefined;

/** Reads a variable, or the file that `<variable>_FILE` names: where secrets come from that no process list may show. */
export function readVariable(env: Env, variable: string): VariableRead {
  const fileVariable = `${variable}_FILE`;
  const [given, file] = [env[variable] || undefined, env[fileVariable] || undefined]; // an empty variable is an absent one
  if (given !== undefined && file !== undefined) {
    return { problem: `${variable} and ${fileVariable} are both set: unset one of them` };
  }
  if (file === undefined) return given === undefined ? undefined : { text: given };
  try {
    return { text: readFileSync(file, 'utf8').trimEnd() };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { problem: `${fileVariable} names ${file}, which cannot be read (${code}): correct the path or its rights` };
  }
}
