import type { IncomingHttpHeaders } from 'node:http';

/** Before a token that is one of a WebSocket's subprotocols: a browser can send no other header with one. */
const IN_SUBPROTOCOL = 'bearer.';

/** The subprotocol that is spoken, for those who name it: a browser wants to be told one of those that it named. */
export const SUBPROTOCOL = 'virtualchain';

/**
 * The token that a request brings: as Bearer, as the password of Basic (for what knows only logins), or among the subprotocols of
 * a WebSocket. Null where it brings none. Total: what is written otherwise is handed on as it stands, and is no token.
 */
export function credentialOf(headers: IncomingHttpHeaders): string | null {
  const { authorization } = headers;
  if (authorization !== undefined) return fromAuthorization(authorization);
  const named = headers['sec-websocket-protocol']?.split(',').map((one) => one.trim()) ?? [];
  const [bearing] = named.filter((one) => one.startsWith(IN_SUBPROTOCOL));
  return bearing === undefined ? null : bearing.slice(IN_SUBPROTOCOL.length);
}

function fromAuthorization(header: string): string {
  const [, scheme = '', rest = ''] = /^(\S+)\s+(\S+)\s*$/.exec(header) ?? [];
  if (scheme.toLowerCase() === 'bearer') return rest;
  if (scheme.toLowerCase() !== 'basic') return header;
  const login = Buffer.from(rest, 'base64').toString('utf8');
  return login.slice(login.indexOf(':') + 1);
}
