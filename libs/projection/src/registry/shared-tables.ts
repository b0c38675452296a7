import type { MigratedSchema } from './migrated-schema.ts';

/** Tables that all builds of a database share. */
export const SHARED_TABLES: MigratedSchema = {
  name: 'vchain',
  migrations: [
    {
      name: '0001-create-builds',
      statements: [
        'create schema if not exists vchain',
        `create table vchain.builds (
      id integer generated always as identity primary key,
      chain text not null,
      machine text not null,
      version integer not null,
      build integer not null,
      schema_name text not null unique,
      network text not null,
      parameters jsonb not null,
      parameters_hash text not null,
      status text not null check (status in ('building', 'live', 'retired')),
      created_at timestamptz not null default now(),
      unique (chain, machine, version, build)
    )`,
        `create unique index builds_live on vchain.builds (chain, machine) where status = 'live'`,
      ],
    },
    {
      // How the tables of a build are laid out; those that were there before have the first layout.
      name: '0002-add-layout',
      statements: ['alter table vchain.builds add column layout integer not null default 1'],
    },
    {
      // Operations that are not in a block yet, as a projector judged them: which view of a machine counts, what waits now, and what
      // happened to it, newest part. They are made anew whenever a projector begins, and no build or hash knows of them.
      name: '0003-create-pending',
      statements: [
        `create table vchain.pending_views (chain text not null, machine text not null,
      view text not null,
      position bigint not null,
      height integer,
      hash text,
      left_out integer not null,
      seen_at timestamptz not null default now(),
      primary key (chain, machine)
    )`,
        `create table vchain.pending_operations (chain text not null, machine text not null,
      txid text not null,
      position bigint not null,
      entry text not null,
      primary key (chain, machine, txid)
    )`,
        `create table vchain.pending_entries (chain text not null, machine text not null,
      position bigint not null,
      kind text not null,
      entry text not null,
      primary key (chain, machine, position)
    )`,
      ],
    },
    {
      // The lowest height whose state a build still has, where history was pruned.
      name: '0004-add-history-from',
      statements: ['alter table vchain.builds add column history_from integer'],
    },
  ],
};
