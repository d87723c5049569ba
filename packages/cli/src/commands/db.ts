import type { DatabaseStatus } from '@migration-status/durable';
import type { DatabaseAction } from '../database/database-actions.ts';
import { loadDurable } from '../database/load-durable.ts';
import { describeDatabase, requireDatabase, toDatabasePlace } from '../database/to-database-place.ts';
import { describeSchema, toSchemaVerdict } from '../database/to-schema-verdict.ts';
import { exitCodes } from '../exit-codes.ts';
import { renderWords } from '../render/render-words.ts';
import type { Surroundings } from '../surroundings.ts';
import type { SourceFlags } from './flags.ts';
import { openAccounts } from './open-accounts.ts';

/** The flags of `db`. */
export interface DbFlags extends SourceFlags {
  readonly json?: boolean | undefined;
}

/**
 * Tells how the database of the configuration stands, after bringing its schema up to date where that is asked for. Gives the
 * exit code: 1 where this version of the package cannot work with the schema.
 */
export async function db(
  action: DatabaseAction,
  flags: DbFlags,
  { folder, environment, stdout }: Surroundings,
): Promise<number> {
  const opened = await openAccounts(flags, { folder, environment });
  const database = requireDatabase(opened.config.database);
  const place = await toDatabasePlace(opened, environment);
  const { migrateDatabase, readDatabaseStatus } = await loadDurable();
  if (action === 'migrate') await migrateDatabase(place);
  const status = await readDatabaseStatus(place);
  const verdict = toSchemaVerdict(status);
  const said = flags.json
    ? JSON.stringify({ verdict, ...status }, null, 2)
    : renderStatus(status, describeDatabase(database));
  stdout.write(`${said}\n`);
  return status.isUsable ? exitCodes.succeeded : exitCodes.failed;
}

function renderStatus(status: DatabaseStatus, name: string): string {
  const { counts } = status;
  const head = `${name}: ${describeSchema(status)}`;
  if (counts === undefined) return head;
  const states = Object.entries(counts.states).map(([state, count]) => `${count} ${state}`);
  const lines = [
    ['migrations', counts.migrations, states.join(', ')],
    ['workers', counts.workers, counts.workers === 0 ? 'nothing is read until there is one' : ''],
    ['shards', counts.shards, `${counts.heldShards} held, ${counts.waitingShards} waiting for a worker`],
    ['messages', counts.waitingMessages, 'waiting for a worker'],
  ];
  return `${head}\n${renderWords(lines.map((words) => words.map(String)))}`;
}
