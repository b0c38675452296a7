import { stripTypeScriptTypes } from 'node:module';
import { prepareToBuild } from '@virtualchain/projection';

/** Loads what is otherwise loaded only when it is first used: what takes the types off, and what makes tables. */
export async function warmUp(): Promise<void> {
  stripTypeScriptTypes('const warm: boolean = true;');
  await prepareToBuild();
}
