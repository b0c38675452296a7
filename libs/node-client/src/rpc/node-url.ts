import { isDecodable, SettingInvalid } from '@virtualchain/kernel';

/** Where a node is, and who asks, as its URL says. */
export interface NodeAddress {
  readonly isSecure: boolean;
  /** Host and port: how errors, logs and status call the node. */
  readonly label: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** Where JSON-RPC is posted to: hosted nodes keep their key here. REST is below it. */
  readonly path: string;
  readonly login: { readonly user: string; readonly pass: string } | null;
}

/** A node URL says something that is not understood, or not taken: nothing of it is dropped silently. */
export class NodeUrlInvalid extends SettingInvalid {
  override readonly name = 'NodeUrlInvalid';

  constructor(problems: readonly string[]) {
    super(`the node URL: ${problems.join('; ')}`, problems);
  }
}

/** Everything that is wrong with a node URL, without quoting what may be secret; nothing when it can be used. */
export function problemsOfNodeUrl(text: string): readonly string[] {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    return ['is no URL that begins with http:// or https://'];
  }
  const problems: string[] = [];
  const parts = { 'user name': url.username, password: url.password, path: url.pathname };
  for (const [what, part] of Object.entries(parts)) {
    if (!isDecodable(part)) problems.push(`a % in its ${what} is not percent-encoded: write %25`);
  }
  if (url.search !== '') problems.push('has a query (behind ?), which no node takes: leave it out, or write ? as %3F');
  if (url.hash !== '') problems.push('has a part behind #: leave it out, or write # as %23');
  return problems;
}

/** @throws NodeUrlInvalid with every problem. */
export function nodeAddress(text: string): NodeAddress {
  const problems = problemsOfNodeUrl(text);
  if (problems.length > 0) throw new NodeUrlInvalid(problems);
  const { protocol, host, origin, pathname, username, password } = new URL(text);
  const login =
    username === '' && password === ''
      ? null
      : { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  return { isSecure: protocol === 'https:', label: host, origin, path: pathname, login };
}
