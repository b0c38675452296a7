import { problemsOfNodeUrl } from '@virtualchain/node-client';
import {
  clientUrls,
  integer,
  logSpec,
  oneOf,
  optional,
  type Parser,
  required,
  text,
  watchedSpec,
} from '@virtualchain/process';

const nodeUrls = clientUrls('URLs such as http://user:password@host:port, separated by commas', problemsOfNodeUrl);

const paths: Parser<readonly string[]> = {
  rule: 'paths of files, separated by commas',
  isQuotable: true,
  parse(given) {
    const files = given.split(',').map((path) => path.trim());
    return files.every((path) => path !== '') ? files : undefined;
  },
};

/** The cookie file of each node: they belong to the URLs without a login, in their order. */
export function cookieFilesOf(
  nodeUrls: readonly string[],
  cookieFiles: readonly string[] = [],
): readonly (string | undefined)[] {
  const left = [...cookieFiles];
  return nodeUrls.map((url) => (hasLogin(url) ? undefined : left.shift()));
}

/** There are as many cookie files as URLs without a login, or none. */
export function problemsOfCookieFiles({
  nodeUrls,
  nodeCookieFiles = [],
}: {
  readonly nodeUrls?: readonly string[] | undefined;
  readonly nodeCookieFiles?: readonly string[] | undefined;
}): readonly string[] {
  const open = nodeUrls?.filter((url) => !hasLogin(url)).length;
  if (open === undefined || nodeCookieFiles.length === 0 || nodeCookieFiles.length === open) return [];
  return [
    `VCHAIN_NODE_COOKIE_FILE names ${nodeCookieFiles.length} files, and ${open} URLs of VCHAIN_NODE_URL have no login: a node has a login in its URL or a cookie file, not both`,
  ];
}

function hasLogin(url: string): boolean {
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}

/** Settings of the ingester; every flag has an environment variable. `--chain` is read apart: it may come often. */
export const spec = {
  nodeUrls: required(nodeUrls, {
    flag: 'node-url',
    env: 'VCHAIN_NODE_URL',
    about: 'Bitcoin nodes, credentials included; a later one stands in when the one before fails or lags',
    secret: true,
  }),
  nodeCookieFiles: optional(paths, {
    flag: 'node-cookie-file',
    env: 'VCHAIN_NODE_COOKIE_FILE',
    about:
      'where a node whose URL has no login writes one at every start; several, in their order, separated by commas',
  }),
  nodeZmq: optional(text, {
    flag: 'node-zmq',
    env: 'VCHAIN_NODE_ZMQ',
    about: 'where the node publishes hashblock, tcp://host:port; the node is asked when absent',
  }),
  blocksDirectory: optional(text, {
    flag: 'blocks-dir',
    env: 'VCHAIN_BLOCKS_DIR',
    about: 'the folder "blocks" of a Core node on this machine: blocks are read from its files where they have them',
  }),
  ...logSpec,
  logDurability: optional(oneOf('warn', 'require'), {
    flag: 'log-durability',
    env: 'VCHAIN_LOG_DURABILITY',
    about:
      'of a topic that may lose records with a broker (less than 3 replicas, 2 of them in sync): warn, or require better',
    fallback: 'warn',
  }),
  topicPrefix: optional(text, {
    flag: 'topic-prefix',
    env: 'VCHAIN_TOPIC_PREFIX',
    about: 'first part of topic names',
    fallback: 'vchain',
  }),
  network: optional(text, {
    flag: 'network',
    env: 'VCHAIN_NETWORK',
    about: 'the network that the nodes must be on; whatever they are on when absent',
  }),
  ...watchedSpec,
  pollMs: optional(integer({ min: 10, max: 3_600_000 }), {
    flag: 'poll-ms',
    env: 'VCHAIN_POLL_MS',
    about: 'how often the node is asked for news, ms',
    fallback: 1_000,
  }),
} as const;
