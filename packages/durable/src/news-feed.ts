import type { ExportedRow } from '@migration-status/core';
import { type Database, numberOf, textOf } from './database.ts';
import { type PackedRows, parseExportedRow, parsePacked } from './packed-rows.ts';
import { parseUnserved, type Unserved } from './unserved.ts';

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

/** Reads what all processes have written, from the beginning at the first call. Calls must not overlap. */
export function createNewsFeed(database: Database, schema: string): () => Promise<News> {
  /** Every transaction before it had ended when it was last looked. */
  let cursor = '0';

  return async () => {
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
       select 'horizon', pg_snapshot_xmin(pg_current_snapshot())::text, null, null, null, null, null`,
      [cursor],
    );
    const byKind = Map.groupBy(found, (row) => textOf(row, 'kind'));
    const migrations = (byKind.get('migration') ?? []).map((entry) => ({
      id: textOf(entry, 'id'),
      shardId: textOf(entry, 'shard_id'),
      revision: numberOf(entry, 'revision'),
      name: entry.name === null ? undefined : textOf(entry, 'name'),
      row: parseExportedRow(textOf(entry, 'body')),
    }));
    const shards = (byKind.get('shard') ?? []).map((shard) => ({
      id: textOf(shard, 'id'),
      unserved: parseUnserved(textOf(shard, 'unserved')),
      ...parsePacked(textOf(shard, 'body')),
    }));
    const forgotten = (byKind.get('forgotten') ?? []).map((entry) => ({
      id: textOf(entry, 'id'),
      key: textOf(entry, 'body'),
    }));
    cursor = textOf(byKind.get('horizon')?.[0], 'id') || cursor;
    return { migrations: migrations.sort(byAge), shards, forgotten };
  };
}

/** In the order in which they were tracked. */
function byAge(left: StoredMigration, right: StoredMigration): number {
  return Number(left.id) - Number(right.id);
}
