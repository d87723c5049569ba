/** One step of the schema. Steps are only ever added, and what a step says never changes. */
export interface SchemaStep {
  readonly version: number;
  /** The oldest version of the code that can work with the schema after this step: workers are replaced one by one. */
  readonly worksFrom: number;
  /** Statements that are run in the schema's own name space. */
  readonly statements: string;
}

/*
 * Rows are kept as JSON in text and not as jsonb: what providers write may hold characters that jsonb refuses.
 *
 * `changed_in`, `packed_in` and `forgotten_in` tell readers what is new since they last looked: transactions end in another
 * order than they begin, so a counter would make them miss rows.
 */
export const schemaSteps: readonly SchemaStep[] = [
  {
    version: 1,
    worksFrom: 1,
    statements: `
create table shards (
  id bigint generated always as identity primary key,
  lane text not null,
  share double precision not null default 1,
  epoch bigint not null default 0,
  owner text,
  unserved text,
  packed text,
  packed_in xid8,
  made_at timestamptz not null default now()
);
create index shards_by_lane on shards (lane);
create index shards_by_packing on shards (packed_in);

create table migrations (
  id bigint generated always as identity primary key,
  key text not null unique,
  provider text not null,
  lane text not null,
  shard_id bigint references shards,
  sequence bigint not null default 0,
  revision bigint not null default 0,
  row text not null,
  state text,
  stopped text,
  changed_in xid8 not null default pg_current_xact_id(),
  tracked_at timestamptz not null default now(),
  settled_at timestamptz
);
create index migrations_by_shard on migrations (shard_id) where shard_id is not null;
create index migrations_by_change on migrations (changed_in);
create index migrations_by_end on migrations (settled_at) where settled_at is not null;

create table transitions (
  migration_id bigint not null references migrations on delete cascade,
  sequence bigint not null,
  from_state text,
  to_state text not null,
  at timestamptz not null,
  worker text not null,
  primary key (migration_id, sequence)
);

create table inbox (
  id bigint generated always as identity primary key,
  shard_id bigint not null references shards on delete cascade,
  migration_id bigint not null,
  key text not null,
  kind text not null,
  body text,
  sent_at timestamptz not null default now()
);
create index inbox_by_shard on inbox (shard_id, id);

create table forgotten (
  migration_id bigint primary key,
  key text not null,
  forgotten_in xid8 not null default pg_current_xact_id(),
  at timestamptz not null default now()
);
create index forgotten_by_change on forgotten (forgotten_in);

create table workers (
  id text primary key,
  seen_at timestamptz not null default now(),
  shards int not null default 0
);
`,
  },
  {
    version: 2,
    worksFrom: 1,
    statements: `
alter table migrations add column name text;
alter table shards add column idle_until timestamptz;
create index shards_by_idleness on shards (idle_until) where idle_until is not null;
`,
  },
];

/** The version that this code brings about and works with. */
export const schemaVersion = Math.max(...schemaSteps.map(({ version }) => version));
