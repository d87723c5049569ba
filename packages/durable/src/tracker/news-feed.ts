import type { ExportedRow } from '@migration-status/core';
import { type Database, numberOf, textOf } from '../database/database.ts';
import { checkSchema, readSchemaStatus } from '../schema/migrate-schema.ts';
import { schemaVersion } from '../schema/schema-steps.ts';
import { type PackedRows, parseExportedRow, parsePacked } from '../store/packed-rows.ts';
import { parseUnserved, toUnreadableRow, type Unserved } from '../store/unserved.ts';

/** One migration as it is stored. */
export interface StoredMigration {
  readonly id: string;
  /** Empty once it has ended. */
  readonly shardId: string;
  readonly revision: number;
  /** The label; undefined where there is none. */
  readonly name: string | undefined;
  readonly row: ExportedRow;
}

/** What its holder has written of a shard in one piece. */
export interface StoredShard extends PackedRows {
  readonly id: string;
  readonly unserved: Unserved | undefined;
}

/** What was written since the last look; some of it may have been told before. */
export interface News {
  readonly migrations: readonly StoredMigration[];
  readonly shards: readonly StoredShard[];
  readonly forgotten: readonly { readonly id: string; readonly key: string }[];
}

const noNews: News = { migrations: [], shards: [], forgotten: [] };

/**
 * Reads what all processes have written, from the beginning at the first call. Calls must not overlap. Once the schema is
 * one that this code cannot work with, a call rejects with that, and those after it bring nothing until it is another one.
 */
export function createNewsFeed(database: Database, schema: string): () => Promise<News> {
  /** Every transaction before it had ended when it was last looked. */
  let cursor = '0';
  let isOutdated = false;

  /** What is shown of migrations whose row cannot be read. */
  async function readInPlaceOf(ids: readonly string[]): Promise<ReadonlyMap<string, ExportedRow>> {
    if (ids.length === 0) return new Map();
    const found = await database.query(
      `select id::text as id, key, provider, lane from ${schema}.migrations where id = any ($1::bigint[])`,
      [ids],
    );
    return new Map(
      found.map((entry) => {
        const provider = textOf(entry, 'provider');
        const address = { key: textOf(entry, 'key'), provider, lane: textOf(entry, 'lane') };
        return [textOf(entry, 'id'), toUnreadableRow(address)];
      }),
    );
  }

  return async () => {
    if (isOutdated && !(await readSchemaStatus(database, schema)).isUsable) return noNews;
    isOutdated = false;
    // One statement, and so one moment.
    const found = await database.query(
      `select 'migration' as kind, id::text as id, shard_id::text as shard_id, revision::int as revision, row as body,
         null as unserved, name
       from ${schema}.migrations where changed_in >= $1::text::xid8
       union all
       select 'shard', id::text, null, null, packed, unserved, null
       from ${schema}.shards where packed_in >= $1::text::xid8
       union all
       select 'forgotten', migration_id::text, null, null, key, null, null
       from ${schema}.forgotten where forgotten_in >= $1::text::xid8
       union all
       select 'horizon', pg_snapshot_xmin(pg_current_snapshot())::text, null, null,
         (select max(works_from)::text from ${schema}.steps), null, null`,
      [cursor],
    );
    const byKind = Map.groupBy(found, (row) => textOf(row, 'kind'));
    const [horizon] = byKind.get('horizon') ?? [];
    if (Number(textOf(horizon, 'body')) > schemaVersion) {
      const status = await readSchemaStatus(database, schema);
      isOutdated = true;
      checkSchema(database, schema, status);
    }
    const read = (byKind.get('migration') ?? []).map((entry) => ({
      id: textOf(entry, 'id'),
      shardId: textOf(entry, 'shard_id'),
      revision: numberOf(entry, 'revision'),
      name: entry.name === null ? undefined : textOf(entry, 'name'),
      row: parseExportedRow(textOf(entry, 'body')),
    }));
    const inPlace = await readInPlaceOf(read.filter(({ row }) => row === undefined).map(({ id }) => id));
    const migrations = read.flatMap(({ row: stored, ...entry }) => {
      const row = stored ?? inPlace.get(entry.id);
      return row === undefined ? [] : [{ ...entry, row }];
    });
    const shards = (byKind.get('shard') ?? []).map((shard) => ({
      id: textOf(shard, 'id'),
      unserved: parseUnserved(textOf(shard, 'unserved')),
      ...parsePacked(textOf(shard, 'body')),
    }));
    const forgotten = (byKind.get('forgotten') ?? []).map((entry) => ({
      id: textOf(entry, 'id'),
      key: textOf(entry, 'body'),
    }));
    cursor = textOf(horizon, 'id') || cursor;
    return { migrations: migrations.sort(byAge), shards, forgotten };
  };
}

/** In the order in which they were tracked. */
function byAge(left: StoredMigration, right: StoredMigration): number {
  return Number(left.id) - Number(right.id);
}
