import { problemsOfPostgresUrl } from '@virtualchain/postgres';
import {
  clientUrl,
  integer,
  liveSpec,
  logSpec,
  optional,
  type Parser,
  port,
  required,
  text,
  toggle,
  watchedSpec,
} from '@virtualchain/process';
import { policySpec } from '@virtualchain/webhooks';
import { REQUESTS_PER_MINUTE_DEFAULT, REQUESTS_PER_TOKEN_DEFAULT, SUBSCRIBERS_DEFAULT } from './limits.ts';

/** Origins as browsers write them. */
const origins: Parser<readonly string[]> = {
  rule: '* or origins such as https://page.example, separated by commas',
  isQuotable: true,
  parse(given) {
    const all = given.split(',').map((one) => one.trim());
    const isOrigin = (one: string): boolean => one === '*' || (URL.canParse(one) && new URL(one).origin === one);
    return all.every(isOrigin) ? all : undefined;
  },
};

const databaseUrl = clientUrl('a URL such as postgres://user:password@host/database', problemsOfPostgresUrl);

/** Settings of the gateway; every flag has an environment variable. */
export const spec = {
  postgresUrl: required(databaseUrl, {
    flag: 'postgres-url',
    env: 'VCHAIN_POSTGRES_URL',
    about: 'the database of the network; rights to read are enough',
    secret: true,
  }),
  ...liveSpec,
  ...logSpec,
  topicPrefix: optional(text, {
    flag: 'topic-prefix',
    env: 'VCHAIN_TOPIC_PREFIX',
    about: 'first part of topic names',
    fallback: 'vchain',
  }),
  subscribersMax: optional(integer({ min: 1 }), {
    flag: 'subscribers-max',
    env: 'VCHAIN_SUBSCRIBERS_MAX',
    about: 'how many subscribers are served at once',
    fallback: SUBSCRIBERS_DEFAULT,
  }),
  apiHost: optional(text, {
    flag: 'api-host',
    env: 'VCHAIN_API_HOST',
    about: 'where questions are answered',
    fallback: '127.0.0.1',
  }),
  apiPort: optional(port, {
    flag: 'api-port',
    env: 'VCHAIN_API_PORT',
    about: 'its port; 0 takes a free one',
    fallback: 8080,
  }),
  requestsPerMinute: optional(integer({ min: 1 }), {
    flag: 'requests-per-minute',
    env: 'VCHAIN_REQUESTS_PER_MINUTE',
    about: 'how often one address may ask in a minute',
    fallback: REQUESTS_PER_MINUTE_DEFAULT,
  }),
  requestsPerToken: optional(integer({ min: 1 }), {
    flag: 'requests-per-token',
    env: 'VCHAIN_REQUESTS_PER_TOKEN',
    about: 'how often the holder of a token that says nothing else may ask in a minute',
    fallback: REQUESTS_PER_TOKEN_DEFAULT,
  }),
  requireTokens: optional(toggle, {
    flag: 'require-tokens',
    env: 'VCHAIN_REQUIRE_TOKENS',
    about: 'answers those alone who bring a token of vchain tokens; webhooks always need one',
    fallback: false,
  }),
  allowAnyone: optional(toggle, {
    flag: 'allow-anyone',
    env: 'VCHAIN_ALLOW_ANYONE',
    about:
      'answers without tokens although others than this machine can reach --api-host: everybody there can read everything',
    fallback: false,
  }),
  corsOrigins: optional(origins, {
    flag: 'cors-origins',
    env: 'VCHAIN_CORS_ORIGINS',
    about: 'whose pages may ask from a browser: * or origins such as https://page.example, separated by commas',
  }),
  accessPostgresUrl: optional(databaseUrl, {
    flag: 'access-postgres-url',
    env: 'VCHAIN_ACCESS_POSTGRES_URL',
    about: 'the database of tokens and webhooks, where it is another one: a replica cannot keep webhooks',
    secret: true,
  }),
  ...policySpec,
  ...watchedSpec,
} as const;

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/i;

/** What others than this machine can reach asks for tokens, or says that it does not. */
export function problemsOfAccess(config: {
  readonly apiHost?: string | undefined;
  readonly requireTokens?: boolean | undefined;
  readonly allowAnyone?: boolean | undefined;
}): readonly string[] {
  const { apiHost = '', requireTokens, allowAnyone } = config;
  if (requireTokens === true && allowAnyone === true)
    return [
      'VCHAIN_REQUIRE_TOKENS (--require-tokens) and VCHAIN_ALLOW_ANYONE (--allow-anyone) are both set: leave one out',
    ];
  if (requireTokens !== false || allowAnyone !== false || LOOPBACK.test(apiHost)) return [];
  return [
    `VCHAIN_API_HOST (--api-host) is ${JSON.stringify(apiHost)}, which others than this machine may reach, and nobody needs a token: set VCHAIN_REQUIRE_TOKENS=true (--require-tokens) and make tokens with vchain tokens create, or say with VCHAIN_ALLOW_ANYONE=true (--allow-anyone) that everybody may read everything`,
  ];
}
