import { oneOf, pem, text, toggle } from './parsers.ts';
import { optional } from './setting.ts';

/** How Kafka is spoken to: settings of every process and command that does. */
export const kafkaSecuritySpec = {
  kafkaTls: optional(toggle, {
    flag: 'kafka-tls',
    env: 'VCHAIN_KAFKA_TLS',
    about: 'Kafka: TLS, with certificates that are checked',
    fallback: false,
  }),
  kafkaCa: optional(pem, {
    flag: 'kafka-ca',
    env: 'VCHAIN_KAFKA_CA',
    about: "Kafka: the authority of the brokers' certificates, PEM or its file; the system's when absent",
  }),
  kafkaCert: optional(pem, {
    flag: 'kafka-cert',
    env: 'VCHAIN_KAFKA_CERT',
    about: 'Kafka: our certificate, PEM or its file, where brokers ask for one',
  }),
  kafkaKey: optional(pem, {
    flag: 'kafka-key',
    env: 'VCHAIN_KAFKA_KEY',
    about: 'Kafka: the key of our certificate, PEM or its file',
    secret: true,
  }),
  kafkaSasl: optional(oneOf('plain', 'scram-sha-256', 'scram-sha-512'), {
    flag: 'kafka-sasl',
    env: 'VCHAIN_KAFKA_SASL',
    about: 'Kafka: how we log in: plain, scram-sha-256, scram-sha-512; not at all when absent',
  }),
  kafkaUsername: optional(text, { flag: 'kafka-username', env: 'VCHAIN_KAFKA_USERNAME', about: 'Kafka: who logs in' }),
  kafkaPassword: optional(text, {
    flag: 'kafka-password',
    env: 'VCHAIN_KAFKA_PASSWORD',
    about: 'Kafka: its password',
    secret: true,
  }),
} as const;

/** What `kafkaSecuritySpec` reads. */
export interface KafkaSecuritySettings {
  readonly kafkaTls?: boolean | undefined;
  readonly kafkaCa?: string | undefined;
  readonly kafkaCert?: string | undefined;
  readonly kafkaKey?: string | undefined;
  readonly kafkaSasl?: 'plain' | 'scram-sha-256' | 'scram-sha-512' | undefined;
  readonly kafkaUsername?: string | undefined;
  readonly kafkaPassword?: string | undefined;
}

/** What of these settings is not used as it stands, and would be dropped silently. */
export function problemsOfKafkaSecurity(settings: KafkaSecuritySettings): readonly string[] {
  const { kafkaTls, kafkaCa, kafkaCert, kafkaKey, kafkaSasl, kafkaUsername, kafkaPassword } = settings;
  const problems: string[] = [];
  const given = { VCHAIN_KAFKA_CA: kafkaCa, VCHAIN_KAFKA_CERT: kafkaCert, VCHAIN_KAFKA_KEY: kafkaKey };
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && kafkaTls !== true)
      problems.push(`${name} is set without TLS: set VCHAIN_KAFKA_TLS to true`);
  }
  if ((kafkaCert === undefined) !== (kafkaKey === undefined)) {
    problems.push('one of VCHAIN_KAFKA_CERT and VCHAIN_KAFKA_KEY is set: set both');
  }
  if (kafkaSasl === undefined && (kafkaUsername !== undefined || kafkaPassword !== undefined)) {
    problems.push('VCHAIN_KAFKA_USERNAME or VCHAIN_KAFKA_PASSWORD is set without VCHAIN_KAFKA_SASL: say how to log in');
  }
  if (kafkaSasl !== undefined && (kafkaUsername === undefined || kafkaPassword === undefined)) {
    problems.push('VCHAIN_KAFKA_SASL is set: set VCHAIN_KAFKA_USERNAME and VCHAIN_KAFKA_PASSWORD, too');
  }
  return problems;
}

interface Login {
  username: string;
  password: string;
}

/** TLS and SASL, as the Kafka client takes them. */
export interface KafkaSecurity {
  readonly ssl?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly sasl?:
    | ({ mechanism: 'plain' } & Login)
    | ({ mechanism: 'scram-sha-256' } & Login)
    | ({ mechanism: 'scram-sha-512' } & Login);
}

/** TLS and login of the brokers, out of the settings that `kafkaSecuritySpec` names. */
export function kafkaSecurity(settings: KafkaSecuritySettings): KafkaSecurity {
  const { kafkaTls, kafkaCa, kafkaCert, kafkaKey, kafkaSasl, kafkaUsername = '', kafkaPassword = '' } = settings;
  const ssl = {
    ...(kafkaCa !== undefined && { ca: kafkaCa }),
    ...(kafkaCert !== undefined && { cert: kafkaCert }),
    ...(kafkaKey !== undefined && { key: kafkaKey }),
  };
  const login = { username: kafkaUsername, password: kafkaPassword };
  return {
    ...(kafkaTls === true && { ssl }),
    ...(kafkaSasl !== undefined && { sasl: { mechanism: kafkaSasl, ...login } as NonNullable<KafkaSecurity['sasl']> }),
  };
}
