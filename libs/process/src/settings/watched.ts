import { clientUrl, oneOf, port, problemsOfHttpUrl, text } from './parsers.ts';
import { optional } from './setting.ts';

/** Settings of every service: where those who watch it are answered, and what it logs. */
export const watchedSpec = {
  httpHost: optional(text, {
    flag: 'http-host',
    env: 'VCHAIN_HTTP_HOST',
    about: 'where metrics, health and status are served',
    fallback: '127.0.0.1',
  }),
  httpPort: optional(port, {
    flag: 'http-port',
    env: 'VCHAIN_HTTP_PORT',
    about: 'their port; 0 takes a free one',
    fallback: 0,
  }),
  tracesUrl: optional(clientUrl('a URL such as http://host:4318/v1/traces', problemsOfHttpUrl), {
    flag: 'traces-url',
    env: 'VCHAIN_TRACES_URL',
    about: 'a collector of traces (OpenTelemetry, OTLP over HTTP) that is told the way of each block; none when absent',
    secret: true,
  }),
  logLevel: optional(oneOf('debug', 'info', 'warn', 'error'), {
    flag: 'log-level',
    env: 'VCHAIN_LOG_LEVEL',
    about: 'least severe log lines to write',
    fallback: 'info',
  }),
};
