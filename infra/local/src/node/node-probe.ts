import { readFile } from 'node:fs/promises';

/** Resolves if the node answers its height. Credentials are in the URL, or in the cookie file. */
export async function probeNode(url: string, cookieFile?: string): Promise<void> {
  const { username, password, origin, pathname } = new URL(url);
  const cookie = cookieFile === undefined ? null : await readFile(cookieFile, 'utf8');
  const login = cookie ?? `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const response = await fetch(`${origin}${pathname}`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(login).toString('base64')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '1.0', id: 'ready', method: 'getblockcount', params: [] }),
    signal: AbortSignal.timeout(30_000),
  });
  const answer = (await response.json()) as { readonly result?: unknown };
  if (typeof answer.result !== 'number')
    throw new Error(`the node does not answer getblockcount (HTTP ${response.status})`);
}
