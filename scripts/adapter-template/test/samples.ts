import type { MigrationReading } from '@migration-status/core/adapter';

/** A body that YourProvider answered, and what it means. */
export interface Sample {
  /** In `fixtures/`. */
  readonly fixture: string;
  readonly httpStatus: number;
  /** Without `native`, which is the body. */
  readonly reading: Omit<MigrationReading, 'native'>;
}

/** One for each word in the table of states, and one for a migration that YourProvider does not know. */
export const samples: readonly Sample[] = [
  {
    fixture: 'queued.json',
    httpStatus: 200,
    reading: { state: 'pending', nativeState: 'QUEUED' },
  },
  {
    fixture: 'running.json',
    httpStatus: 200,
    reading: { state: 'running', nativeState: 'RUNNING' },
  },
  {
    fixture: 'done.json',
    httpStatus: 200,
    reading: { state: 'succeeded', nativeState: 'DONE' },
  },
  {
    fixture: 'failed.json',
    httpStatus: 200,
    reading: { state: 'failed', nativeState: 'FAILED' },
  },
  {
    fixture: 'error_not_found.json',
    httpStatus: 404,
    reading: { state: 'not_found', nativeState: 'HTTP 404' },
  },
];
