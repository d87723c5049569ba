import type { EnginePolicy, MigrationAdapter } from '@migration-status/core';

/** Where a credential is read from. The credential itself never stands in a configuration. */
export type CredentialSource =
  /** The name of an environment variable. */
  | { readonly env: string }
  /** A file that holds nothing else; its path counts from the folder of the configuration. */
  | { readonly file: string };

/** Credentials by the name of the option that they are handed to the adapter as; options of options are nested. */
export interface CredentialTree {
  readonly [name: string]: CredentialSource | CredentialTree;
}

/** Makes an adapter out of its options, with the credentials filled in. */
export type AdapterFactory = (
  options: Readonly<Record<string, unknown>>,
) => MigrationAdapter | Promise<MigrationAdapter>;

/** One account at one provider. */
export interface AccountConfig {
  /**
   * `velt`, `onlyoffice`, `snaplogic` or `generic-migrations`; the name of any other package, or a path from the folder of the
   * configuration that begins with a dot, whose one export `create…Adapter` is called; or a function that makes the adapter.
   */
  readonly adapter: string | AdapterFactory;
  /** The name of the export, where a package has several `create…Adapter`. */
  readonly factory?: string | undefined;
  /** What the adapter is made with, besides credentials. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  /** Default, for the four adapters above: the variables that `migration-status check` names. */
  readonly credentials?: CredentialTree | undefined;
  /**
   * The fields of a ref that stand in an address after the account, so that `acme/job_7` is `{ jobId: 'job_7' }` with
   * `['jobId']`. Default: known for the four adapters above; for others a ref is given with `--ref`.
   */
  readonly refFields?: readonly string[] | undefined;
}

/** One migration with a name of its own. */
export interface MigrationConfig {
  readonly name: string;
  /** The name of one of the accounts. */
  readonly account: string;
  /** Its address, as the adapter wants it. */
  readonly ref: unknown;
  readonly group?: string | undefined;
}

/** A database on which processes follow migrations together. Either a server or a folder. */
export interface DatabaseConfig {
  /** Where the address of a PostgreSQL server is read from, which holds its password: `postgres://user:password@host/name`. */
  readonly connectionString?: CredentialSource | undefined;
  /** A folder for a PostgreSQL inside one process at a time. Its path counts from the folder of the configuration. */
  readonly dataDir?: string | undefined;
  /** Where the tables are. Default `migration_status`. */
  readonly schema?: string | undefined;
  /** How long ended migrations and their history are kept, in milliseconds. Default: for good. */
  readonly retainMs?: number | undefined;
  /** How many transitions of a migration are kept at most. Default: all. */
  readonly retainTransitions?: number | undefined;
}

/** What stands in `migration-status.config.ts`, `.js` or `.json`. */
export interface MigrationStatusConfig {
  /** By a name of letters, digits, `-` and `_`, which begins the addresses of its migrations. */
  readonly accounts?: Readonly<Record<string, AccountConfig>> | undefined;
  /** What `get`, `watch`, `wait` and `serve` are about when no address is given. */
  readonly migrations?: readonly MigrationConfig[] | undefined;
  /**
   * A file in which `watch`, `wait`, `serve` and `start` remember what they follow, so that the next run goes on from there, also
   * when no address is given. One of them has it at a time. Its path counts from the folder of the configuration.
   */
  readonly store?: { readonly file: string } | undefined;
  /**
   * Where migrations are followed by `migration-status worker`, in the place of `store`. What `track`, `start`, `watch` and
   * `wait` are told of goes there, and `serve`, `list` and `watch` show what is there. Needs `@migration-status/durable`.
   */
  readonly database?: DatabaseConfig | undefined;
  /** How often to look, and the like, where the defaults do not fit. */
  readonly policy?: Partial<EnginePolicy> | undefined;
}

/**
 * Types a configuration for the editor, and gives it back as it is.
 *
 * @example
 * export default defineConfig({
 *   accounts: {
 *     velt: {
 *       adapter: 'velt',
 *       credentials: { apiKey: { env: 'VELT_API_KEY' }, authToken: { file: './velt-token' } },
 *     },
 *   },
 * });
 */
export function defineConfig(config: MigrationStatusConfig): MigrationStatusConfig {
  return config;
}
