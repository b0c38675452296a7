import { readFileSync, writeFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/**
 * Lets others that share the machine go first: by 0 (not at all) to 19. Linux may share its cores among sessions before
 * it does so among the processes of one; a process that leads a session lets that step back too. A process that was
 * started further back than that stays there: nobody but root may go forward again, and not even root is asked to.
 */
export function stepBack(niceness: number): void {
  if (getPriority() >= niceness) return;
  setPriority(niceness);
  if (process.platform !== 'linux' || niceness === 0 || !leadsSession()) return;
  try {
    writeFileSync('/proc/self/autogroup', String(niceness));
  } catch {
    // this kernel shares its cores among processes alone
  }
}

function leadsSession(): boolean {
  const [, afterName = ''] = readFileSync('/proc/self/stat', 'utf8').split(') ');
  const [, , , session] = afterName.split(' ');
  return session === String(process.pid);
}
