import type { MigratedSchema } from '@virtualchain/projection';

/** The schema of all that outsiders hold. */
export const SCHEMA = 'vchain_access';

/** How its tables came about. */
export const ACCESS_TABLES: MigratedSchema = {
  name: SCHEMA,
  migrations: [
    {
      name: '0001-create-access',
      statements: [
        `create table ${SCHEMA}.tokens (
      id integer generated always as identity primary key,
      name text collate "C" not null unique,
      hash bytea not null unique,
      scopes text[] not null,
      requests_per_minute integer,
      created_at timestamptz not null default now(),
      expires_at timestamptz,
      revoked_at timestamptz
    )`,
        `create table ${SCHEMA}.webhooks (
      id text collate "C" primary key,
      owner integer not null references ${SCHEMA}.tokens (id),
      chain text collate "C" not null,
      machine text collate "C" not null,
      url text not null,
      filter text,
      blocks boolean not null,
      confirmations integer not null,
      created_at timestamptz not null default now(),
      is_paused boolean not null default false,
      generation integer not null default 1,
      cursor text not null,
      deliveries bigint not null default 0,
      delivered_at timestamptz,
      failures integer not null default 0,
      failing_since timestamptz,
      last_status text,
      last_try_at timestamptz,
      next_try_at timestamptz
    )`,
        `create index webhooks_owner on ${SCHEMA}.webhooks (owner)`,
        `create table ${SCHEMA}.webhook_secrets (
      id integer generated always as identity primary key,
      webhook text collate "C" not null references ${SCHEMA}.webhooks (id) on delete cascade,
      secret bytea not null,
      created_at timestamptz not null default now(),
      expires_at timestamptz
    )`,
        `create index webhook_secrets_webhook on ${SCHEMA}.webhook_secrets (webhook)`,
        `create table ${SCHEMA}.audit (
      id bigint generated always as identity primary key,
      at timestamptz not null default now(),
      actor text collate "C" not null,
      action text collate "C" not null,
      subject text collate "C" not null,
      detail jsonb not null
    )`,
      ],
    },
  ],
};
