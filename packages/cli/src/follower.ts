import type {
  MigrationAdapter,
  MigrationStatus,
  RowSource,
  TrackLabels,
  WaitOptions,
} from '@migration-status/core';

/** Whoever follows migrations: a tracker of this process, or one on a database. */
export interface Follower extends RowSource, AsyncDisposable {
  track(adapter: MigrationAdapter, ref: unknown, labels?: TrackLabels): FollowHandle;
}

/** One migration that is followed. */
export interface FollowHandle {
  readonly key: string;
  settled(options?: WaitOptions): Promise<MigrationStatus>;
  refresh(): Promise<unknown>;
}
