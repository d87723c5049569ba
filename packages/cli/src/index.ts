/**
 * For configurations, and for whoever reads what the command line writes: `defineConfig`, the table as a pure function, and the
 * lines of `--output ndjson`.
 *
 * @module
 */
export {
  type AccountConfig,
  type AdapterFactory,
  type CredentialSource,
  type CredentialTree,
  type DatabaseConfig,
  defineConfig,
  type MigrationConfig,
  type MigrationStatusConfig,
} from './config/config.ts';
export {
  type AnomalyLine,
  type ChangeLine,
  type ConditionLine,
  type NdjsonLine,
  type NoteLine,
  ndjsonSchema,
  type ResultLine,
  type RowLine,
  type SettledLine,
  type SummaryLine,
  type VersionLine,
} from './output/ndjson-lines.ts';
export { renderSnapshot, type SnapshotLook } from './render/render-snapshot.ts';
