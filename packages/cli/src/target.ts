import type { MigrationAdapter } from '@migration-status/core';

/** One migration to follow. */
export interface Target {
  readonly adapter: MigrationAdapter;
  readonly ref: unknown;
  /** What it is called in the output. Default: its key. */
  readonly name?: string | undefined;
  readonly group?: string | undefined;
}
