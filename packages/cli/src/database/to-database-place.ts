import path from 'node:path';
import { ConfigurationError } from '@migration-status/core';
import type { DatabasePlace } from '@migration-status/durable';
import type { DatabaseConfig } from '../config/config.ts';
import { describeSource } from '../config/credential-tree.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { readCredential } from '../config/read-credential.ts';
import type { Environment } from '../output/output-mode.ts';

/** Where the database of a configuration is, with its credential. Rejects with a `ConfigurationError` where that is missing. */
export async function toDatabasePlace(
  { config, folder }: LoadedConfig,
  environment: Environment,
): Promise<DatabasePlace> {
  const { connectionString: source, dataDir = '', schema } = requireDatabase(config.database);
  if (source === undefined) return { dataDir: path.resolve(folder, dataDir), schema };
  const places = { environment, folder };
  return { connectionString: await readCredential(source, 'database.connectionString', places), schema };
}

/** The database of a configuration; throws a `ConfigurationError` where there is none. */
export function requireDatabase(database: DatabaseConfig | undefined): DatabaseConfig {
  if (database !== undefined) return database;
  const message =
    'there is no "database" in the configuration, such as { connectionString: { env: "DATABASE_URL" } }';
  throw new ConfigurationError({ option: 'database', message });
}

/** Where it is in the words of people, without what is secret about it. */
export function describeDatabase({
  connectionString,
  dataDir,
  schema = 'migration_status',
}: DatabaseConfig): string {
  const place = connectionString ? describeSource(connectionString) : `the folder ${dataDir}`;
  return `the schema ${schema} of the database in ${place}`;
}
