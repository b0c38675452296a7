import { readFile } from 'node:fs/promises';
import { NodeCredentialsTwice, NodeUnauthorized, NodeUnreachable } from '../errors.ts';
import type { NodeAddress } from './node-url.ts';

/** User name and password of a node. */
export interface Login {
  readonly user: string;
  readonly pass: string;
}

/** Where the login of a node comes from; null for a node that wants none. */
export interface LoginSource {
  known(): Promise<Login | null>;
  /** After the node refused it: another one, or null when there is no other. */
  after(refused: Login | null): Promise<Login | null>;
}

/**
 * The login in the URL, or in the cookie file that the node writes at every start: read when it is first needed, and again
 * when the node refuses what was read before.
 *
 * @throws NodeCredentialsTwice
 */
export function loginSource({ label, login }: Pick<NodeAddress, 'label' | 'login'>, cookieFile?: string): LoginSource {
  if (cookieFile === undefined) return { known: async () => login, after: async () => null };
  if (login !== null) throw new NodeCredentialsTwice(label, cookieFile);
  let read: Promise<Login> | undefined;
  const again = (): Promise<Login> => {
    read = readCookie(label, cookieFile);
    read.catch(() => {
      read = undefined;
    });
    return read;
  };
  return {
    known: () => read ?? again(),
    async after(refused) {
      const now = await again();
      return now.user === refused?.user && now.pass === refused?.pass ? null : now;
    },
  };
}

/** @throws NodeUnreachable while there is no cookie: a node has one as long as it runs. */
async function readCookie(label: string, path: string): Promise<Login> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const says = `its cookie file ${path} cannot be read (${error.code})`;
    if (error.code === 'ENOENT') throw new NodeUnreachable(label, `${says}: it writes one when it starts`);
    throw new NodeUnauthorized(label, `${says}: correct the path or its rights`);
  });
  const [, user, pass] = /^([^:]+):(.+)$/.exec(text.trim()) ?? [];
  if (user === undefined || pass === undefined)
    throw new NodeUnreachable(
      label,
      `its cookie file ${path} is not written yet: a user name, a colon and a password are expected`,
    );
  return { user, pass };
}
