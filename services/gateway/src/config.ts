import { problemsOfPostgresUrl } from '@virtualchain/postgres';
import {
  clientUrl,
  integer,
  logSpec,
  optional,
  type Parser,
  port,
  required,
  text,
  watchedSpec,
} from '@virtualchain/process';
import { REQUESTS_PER_MINUTE_DEFAULT, SUBSCRIBERS_DEFAULT } from './limits.ts';

const modules: Parser<readonly string[]> = {
  rule: 'names or modules, separated by commas',
  isQuotable: true,
  parse(given) {
    const all = given.split(',').map((one) => one.trim());
    return all.every((one) => one !== '') ? all : undefined;
  },
};

/** Settings of the gateway; every flag has an environment variable. */
export const spec = {
  postgresUrl: required(clientUrl('a URL such as postgres://user:password@host/database', problemsOfPostgresUrl), {
    flag: 'postgres-url',
    env: 'VCHAIN_POSTGRES_URL',
    about: 'the database of the network; rights to read are enough',
    secret: true,
  }),
  network: required(text, {
    flag: 'network',
    env: 'VCHAIN_NETWORK',
    about: 'the network: mainnet, testnet3, testnet4, signet, regtest',
  }),
  chains: optional(modules, {
    flag: 'chain',
    env: 'VCHAIN_CHAIN',
    about: 'modules of virtual chains that are not built in, separated by commas',
    fallback: [],
  }),
  machines: optional(modules, {
    flag: 'machine',
    env: 'VCHAIN_MACHINE',
    about: 'modules of state machines that are not built in, separated by commas',
    fallback: [],
  }),
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
  ...watchedSpec,
} as const;
