import { type Database, numberOf, type Querier, type ResultRow, textOf } from './database.ts';
import { toChannel } from './names.ts';
import type { RecordedTransition } from './shard-store.ts';

/** A migration that is to be followed. */
export interface Registration {
  readonly provider: string;
  readonly key: string;
  readonly lane: string;
  readonly ref: unknown;
  readonly group?: string | undefined;
  /** By the wall clock, in epoch milliseconds. */
  readonly trackedAt: number;
}

/** What somebody wants of the holder of a migration. */
export type Command = { readonly kind: 'refresh' } | { readonly kind: 'push'; readonly status: unknown };

/** How much there is, by what becomes of it. */
export interface StoreCounts {
  readonly migrations: number;
  readonly unsettled: number;
  readonly shards: number;
  readonly workers: number;
  readonly waitingMessages: number;
}

/** What became of registrations. */
export interface Registered {
  /** How many of them were not there before. */
  readonly added: number;
  /** Of those that were there under another ref or label, the revision that they had: what comes of it has a later one. */
  readonly revisions: ReadonlyMap<string, number>;
}

/** What any process does with migrations, whoever follows them. */
export interface MigrationStore {
  register(registrations: readonly Registration[]): Promise<Registered>;
  /** False when it is not there. */
  forget(key: string): Promise<boolean>;
  /** Leaves a message for whoever holds the migration; false when it is not there. */
  command(key: string, command: Command): Promise<boolean>;
  /** Every transition of a migration, oldest first. */
  transitionsOf(key: string): Promise<readonly RecordedTransition[]>;
  /**
   * Forgets what had ended before a time, in epoch milliseconds, and resolves with how many that were. Also sweeps up what
   * was only kept to tell others of what is forgotten.
   */
  retain(endedBeforeMs: number): Promise<number>;
  count(): Promise<StoreCounts>;
}

export function createMigrationStore(database: Database, schema: string): MigrationStore {
  const channel = toChannel(schema);

  /** Makes the first shard of each lane that has none; one at a time, so that no lane has two with its whole rate. */
  async function prepareLanes(querier: Querier, lanes: readonly string[]): Promise<void> {
    const missing = await querier.query(
      `select lane from unnest($1::text[]) as g (lane)
       where not exists (select from ${schema}.shards s where s.lane = g.lane) order by lane`,
      [lanes],
    );
    for (const row of missing) {
      const lane = textOf(row, 'lane');
      await querier.query('select pg_advisory_xact_lock(hashtextextended($1, 1))', [`${schema} ${lane}`]);
      await querier.query(
        `insert into ${schema}.shards (lane)
         select $1::text where not exists (select from ${schema}.shards where lane = $1::text)`,
        [lane],
      );
    }
  }

  async function send(
    querier: Querier,
    rows: readonly ResultRow[],
    kind: string,
    toBody: (key: string) => string | null,
  ): Promise<void> {
    if (rows.length === 0) return;
    await querier.query(
      `with sent as (
         insert into ${schema}.inbox (shard_id, migration_id, key, kind, body)
         select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[])
         returning id
       ) select pg_notify('${channel}', 'inbox') from (select count(*) from sent) as counted`,
      [
        rows.map((row) => textOf(row, 'shard_id')),
        rows.map((row) => textOf(row, 'id')),
        rows.map((row) => textOf(row, 'key')),
        rows.map(() => kind),
        rows.map((row) => toBody(textOf(row, 'key'))),
      ],
    );
  }

  const shardOf = `(select s.id from ${schema}.shards s where s.lane = g.lane order by md5(s.id::text || g.key) limit 1)`;

  return {
    async register(registrations) {
      const byKey = new Map(registrations.map((registration) => [registration.key, registration]));
      const given = [...byKey.values()];
      const columns = [
        given.map(({ key }) => key),
        given.map(({ provider }) => provider),
        given.map(({ lane }) => lane),
      ];
      const toBody = (isNew: boolean) => (key: string) => JSON.stringify({ row: byKey.get(key), isNew });
      return database.transaction(async (querier) => {
        await prepareLanes(querier, [...new Set(columns[2])]);
        const added = await querier.query(
          `insert into ${schema}.migrations (key, provider, lane, shard_id, row)
           select g.key, g.provider, g.lane, ${shardOf}, g.row
           from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as g (key, provider, lane, row)
           order by g.key
           on conflict (key) do nothing
           returning id::text as id, key, shard_id::text as shard_id`,
          [...columns, given.map((registration) => JSON.stringify(registration))],
        );
        await send(querier, added, 'follow', toBody(true));
        if (added.length === given.length) return { added: added.length, revisions: new Map() };
        // What is there already goes to whoever holds it under its labels and ref of today, when they are others.
        const isAdded = new Set(added.map((row) => textOf(row, 'key')));
        const known = await querier.query(
          `select m.id::text as id, m.key, coalesce(m.shard_id, ${shardOf})::text as shard_id, m.row,
             m.revision::int as revision
           from unnest($1::text[], $2::text[], $3::text[]) as g (key, provider, lane)
           join ${schema}.migrations m on m.key = g.key`,
          columns,
        );
        const others = known.filter((row) => {
          const registration = byKey.get(textOf(row, 'key'));
          return (
            registration && !isAdded.has(registration.key) && hasChanged(registration, textOf(row, 'row'))
          );
        });
        await send(querier, others, 'follow', toBody(false));
        const revisions = others.map((row) => [textOf(row, 'key'), numberOf(row, 'revision')] as const);
        return { added: added.length, revisions: new Map(revisions) };
      });
    },

    async forget(key) {
      return database.transaction(async (querier) => {
        const gone = await querier.query(
          `with gone as (
             delete from ${schema}.migrations where key = $1 returning id, key, shard_id
           ), noted as (
             insert into ${schema}.forgotten (migration_id, key) select id, key from gone
           ) select id::text as id, key, shard_id::text as shard_id, pg_notify('${channel}', 'rows') from gone`,
          [key],
        );
        await send(
          querier,
          gone.filter((row) => row.shard_id !== null),
          'forget',
          () => null,
        );
        return gone.length > 0;
      });
    },

    async command(key, command) {
      return database.transaction(async (querier) => {
        const known = await querier.query(
          `select id::text as id, key, shard_id::text as shard_id from ${schema}.migrations where key = $1`,
          [key],
        );
        const followed = known.filter((row) => row.shard_id !== null);
        const body = command.kind === 'push' ? JSON.stringify(command.status) : null;
        await send(querier, followed, command.kind, () => body);
        return known.length > 0;
      });
    },

    async transitionsOf(key) {
      const found = await database.query(
        `select t.migration_id::text as migration_id, m.key, t.sequence::int as sequence, t.from_state, t.to_state,
           to_char(t.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
         from ${schema}.migrations m join ${schema}.transitions t on t.migration_id = m.id
         where m.key = $1 order by t.sequence`,
        [key],
      );
      return found.map((row) => ({
        migrationId: textOf(row, 'migration_id'),
        key: textOf(row, 'key'),
        sequence: numberOf(row, 'sequence'),
        ...(row.from_state !== null && { from: textOf(row, 'from_state') }),
        to: textOf(row, 'to_state'),
        at: textOf(row, 'at'),
      }));
    },

    async retain(endedBeforeMs) {
      const gone = await database.query(
        `with gone as (
           delete from ${schema}.migrations where settled_at < to_timestamp($1::double precision / 1000) returning id, key
         ), noted as (
           insert into ${schema}.forgotten (migration_id, key) select id, key from gone
         ), swept as (
           delete from ${schema}.forgotten where at < now() - interval '1 hour'
         ) select count(*)::int as count, pg_notify('${channel}', 'rows') as told from gone`,
        [endedBeforeMs],
      );
      return numberOf(gone[0], 'count');
    },

    async count() {
      const [counts] = await database.query(
        `select (select count(*) from ${schema}.migrations)::int as migrations,
           (select count(*) from ${schema}.migrations where shard_id is not null)::int as unsettled,
           (select count(*) from ${schema}.shards)::int as shards,
           (select count(*) from ${schema}.workers where seen_at > now() - interval '15 seconds')::int as workers,
           (select count(*) from ${schema}.inbox)::int as messages`,
      );
      return {
        migrations: numberOf(counts, 'migrations'),
        unsettled: numberOf(counts, 'unsettled'),
        shards: numberOf(counts, 'shards'),
        workers: numberOf(counts, 'workers'),
        waitingMessages: numberOf(counts, 'messages'),
      };
    },
  };
}

function hasChanged({ ref, group }: Registration, stored: string): boolean {
  const known: { readonly ref?: unknown; readonly group?: unknown } = JSON.parse(stored);
  const isRelabelled = group !== undefined && group !== known.group;
  return isRelabelled || JSON.stringify(ref) !== JSON.stringify(known.ref);
}
