/** What is run, as local processes and in containers, and how the cache names it. */
export const kafkaVersion = '4.1.2';
export const btcdVersion = '0.26.2';
export const postgresVersion = '18.4';
export const helmVersion = '3.18.6';

export const kafkaCacheEntry = `kafka-${kafkaVersion}`;
export const btcdCacheEntry = `btcd-${btcdVersion}-${process.platform}-${process.arch}`;
export const helmCacheEntry = `helm-${helmVersion}-${process.platform}-${process.arch}`;
/** Of whatever version Debian's suite has on the day it is fetched; deleting the folder fetches it again. */
export const debianBitcoindCacheEntry = `bitcoin-knots-debian-${process.arch}`;

/** The images that containers are started from. */
export const images = {
  kafka: `apache/kafka:${kafkaVersion}`,
  node: 'bitcoin/bitcoin:30.2',
  postgres: `postgres:${postgresVersion}`,
  prometheus: 'prom/prometheus:v3.5.0',
  grafana: 'grafana/grafana:12.1.1',
} as const;
