import { isDecodable } from '@virtualchain/kernel';

/** Where another operator's seals are, as a URL says. */
export interface PeerAddress {
  /** Host, port and path: how logs, status and metrics call the peer. Never its login. */
  readonly label: string;
  /** Scheme, host, port and path, without a slash at the end. */
  readonly base: string;
  /** The header of its login, where the URL has one. */
  readonly authorization: string | null;
}

/** Everything that is wrong with the URL of a peer, without quoting what may be secret; nothing when it can be used. */
export function problemsOfPeerUrl(text: string): readonly string[] {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    return ['is no URL that begins with http:// or https://'];
  const problems: string[] = [];
  if (![url.username, url.password].every(isDecodable))
    problems.push('a % in its user name or password is not percent-encoded: write %25');
  if (url.search !== '') problems.push('has a query (behind ?): leave it out');
  if (url.hash !== '') problems.push('has a part behind #: leave it out');
  return problems;
}

/** The address that a URL without problems is. */
export function peerAddress(text: string): PeerAddress {
  const { origin, host, pathname, username, password } = new URL(text);
  const path = pathname.replace(/\/+$/, '');
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    label: `${host}${path}`,
    base: `${origin}${path}`,
    authorization: login === ':' ? null : `Basic ${Buffer.from(login).toString('base64')}`,
  };
}
