import { ConfigurationError } from '@migration-status/core';
import { parseOptions, type StandardSchema } from '@migration-status/core/adapter';
import * as z from 'zod/mini';
import type { AdapterFactory, CredentialSource, CredentialTree, MigrationStatusConfig } from './config.ts';
import { isCredentialSource, isCredentialTree } from './credential-tree.ts';
import { findSecretName } from './find-secret-name.ts';

const text = z.string().check(z.minLength(1, 'a non-empty string'));
const accountName = /^[\w-]+$/;
const adapterExpectation = 'the name of an adapter or of a package, or a function that makes an adapter';

const accountSchema = z.strictObject({
  adapter: z.custom<string | AdapterFactory>(
    (value) => typeof value === 'function' || (typeof value === 'string' && value !== ''),
    adapterExpectation,
  ),
  factory: z.optional(text),
  options: z.optional(z.record(z.string(), z.unknown())),
  credentials: z.optional(
    z.custom<CredentialTree>(
      isCredentialTree,
      'names with { env: "VARIABLE" } or { file: "path" } each, never the credential itself',
    ),
  ),
  refFields: z.optional(z.array(text).check(z.minLength(1, 'at least one name'))),
});

const count = z.int().check(z.positive('a whole number above 0'));

const databaseSchema = z.strictObject({
  connectionString: z.optional(
    z.custom<CredentialSource>(
      isCredentialSource,
      '{ env: "VARIABLE" } or { file: "path" }, never the address itself, which holds a password',
    ),
  ),
  dataDir: z.optional(text),
  schema: z.optional(text),
  retainMs: z.optional(count),
  retainTransitions: z.optional(count),
});

const configSchema: StandardSchema<MigrationStatusConfig> = z.strictObject({
  accounts: z.optional(z.record(z.string(), accountSchema)),
  migrations: z.optional(
    z.array(z.strictObject({ name: text, account: text, ref: z.unknown(), group: z.optional(text) })),
  ),
  store: z.optional(z.strictObject({ file: text })),
  database: z.optional(databaseSchema),
  policy: z.optional(z.record(z.string(), z.number())),
});

/**
 * Checks a configuration. Throws a `ConfigurationError` that names the place of what is wrong: `accounts.velt.adapter`.
 *
 * @param source Where it comes from, for the message.
 */
export function parseConfig(value: unknown, source: string): MigrationStatusConfig {
  const config = parseOptions(configSchema, value, { provider: 'migration-status', subject: source });
  const accounts = config.accounts ?? {};
  for (const [name, { options = {} }] of Object.entries(accounts)) {
    if (!accountName.test(name)) {
      const option = `accounts[${JSON.stringify(name)}]`;
      const message = `${source}: "${option}" must have a name of letters, digits, "-" and "_"`;
      throw new ConfigurationError({ option, message });
    }
    const secret = findSecretName(options);
    if (secret === undefined) continue;
    const option = `accounts.${name}.options.${secret}`;
    const message = `${source}: "${option}" must stand in "credentials", as { env: "VARIABLE" } or { file: "path" }`;
    throw new ConfigurationError({ option, message });
  }
  checkDatabase(config, source);
  const names = new Set<string>();
  for (const [index, { name }] of (config.migrations ?? []).entries()) {
    if (!names.has(name)) {
      names.add(name);
      continue;
    }
    const option = `migrations[${index}].name`;
    throw new ConfigurationError({ option, message: `${source}: "${option}" is taken by another migration` });
  }
  return config;
}

function checkDatabase({ database, store }: MigrationStatusConfig, source: string): void {
  if (database === undefined) return;
  const isServer = database.connectionString !== undefined;
  if (isServer === (database.dataDir !== undefined)) {
    const message = `${source}: "database" must have either "connectionString" or "dataDir"`;
    throw new ConfigurationError({ option: 'database', message });
  }
  if (store === undefined) return;
  const message = `${source}: "database" takes the place of "store"; only one of them can be there`;
  throw new ConfigurationError({ option: 'store', message });
}
