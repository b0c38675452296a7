/** Where the token is kept that a gateway asks for: for as long as the tab is open, and for this page alone. */
const KEY = 'virtualchain-token';

/** What somebody has given here; null where nobody has. */
export function heldToken(): string | null {
  return sessionStorage.getItem(KEY);
}

export function holdToken(token: string): void {
  sessionStorage.setItem(KEY, token);
}

/** The header that says who asks; none without a token. */
export function authorization(): Readonly<Record<string, string>> {
  const token = heldToken();
  return token === null ? {} : { authorization: `Bearer ${token}` };
}
