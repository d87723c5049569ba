import {
  type MigrationIssue,
  type MigrationReading,
  type ProviderRequestError,
  type ProviderTimeField,
  parseBody,
  parseTimestamp,
} from '@migration-status/core/adapter';
import {
  type SnapLogicAnswer,
  type SnapLogicMigration,
  snapLogicMigrationSchema,
} from './snaplogic-schema.ts';
import { toState } from './snaplogic-states.ts';
import { toClaimedError } from './to-reading-of-error.ts';

/**
 * What an answer says about one status token. A token that the answer leaves out is `not_found`.
 *
 * Throws a `ProviderResponseError` when the record of this token has another shape.
 */
export function toReading(
  answer: SnapLogicAnswer,
  statusToken: string,
  assumedZone: string,
): MigrationReading<SnapLogicMigration> {
  const records = answer.response_map;
  if (Object.hasOwn(records, statusToken)) {
    return toReadingOfRecord(records[statusToken], ['response_map', statusToken], answer, assumedZone);
  }
  const claimedError = toClaimedError(answer);
  if (claimedError) throw claimedError;
  return { state: 'not_found', nativeState: '', native: null };
}

/**
 * What one record says, wherever it stands in an answer.
 *
 * The real HTTP status comes first: a usable record beside a `http_status_code` that is no success is taken, with a
 * warning; without one the answer is the error that it claims to be.
 *
 * @param path Where the record stands in the answer, for the error.
 */
export function toReadingOfRecord(
  record: unknown,
  path: readonly PropertyKey[],
  answer: SnapLogicAnswer,
  assumedZone: string,
): MigrationReading<SnapLogicMigration> {
  const claimedError = toClaimedError(answer);
  const migration = parseRecord(record, path, claimedError);
  const state = toState(migration.status);
  const issues = [
    ...(state === 'failed' ? toFailureIssues(migration) : []),
    ...(claimedError ? [toMismatchIssue(answer)] : []),
  ];
  return {
    state,
    nativeState: migration.status,
    ...toTimes(migration, assumedZone),
    ...(issues.length > 0 && { issues }),
    native: state === 'not_found' ? null : migration,
  };
}

/** SnapLogic documents no field for the reason of a failure; these are the names that its older pages hint at. */
const reasonFields = ['error', 'errors', 'message', 'reason', 'failed'] as const;

function toFailureIssues(migration: SnapLogicMigration): readonly MigrationIssue[] {
  const reasons = reasonFields
    .flatMap((field) => [migration[field]].flat())
    .map((value) => textsIn(value).join(', '));
  const messages = [...new Set(reasons)].filter((reason) => reason !== '');
  if (messages.length === 0) messages.push('SnapLogic reports the migration as failed and does not say why.');
  return messages.map((message) => ({ severity: 'error', code: 'migration_failed', message }));
}

/** The texts in a value, also in what it holds, down to a few levels. */
function textsIn(value: unknown, depth = 3): readonly string[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : [value.trim()];
  if (typeof value !== 'object' || value === null || depth === 0) return [];
  return Object.values(value).flatMap((child) => textsIn(child, depth - 1));
}

function toMismatchIssue({ http_status_code: code }: SnapLogicAnswer): MigrationIssue {
  return {
    severity: 'warning',
    code: 'http_status_mismatch',
    message: `SnapLogic answered with success, and with an http_status_code of ${code} in the body.`,
  };
}

function toTimes(migration: SnapLogicMigration, assumedZone: string): Partial<MigrationReading> {
  const created = toTime(migration.create_time, assumedZone);
  const finished = toTime(migration.completed_time, assumedZone);
  const assumed: readonly ProviderTimeField[] = [
    ...(created?.isZoneAssumed ? (['createdAt'] as const) : []),
    ...(finished?.isZoneAssumed ? (['finishedAt'] as const) : []),
  ];
  return {
    ...(created && { createdAt: created.iso }),
    ...(finished && { finishedAt: finished.iso }),
    ...(assumed.length > 0 && { assumedZone: assumed }),
  };
}

function toTime(value: unknown, assumedZone: string) {
  return typeof value === 'string' ? parseTimestamp(value, assumedZone) : undefined;
}

function parseRecord(
  record: unknown,
  path: readonly PropertyKey[],
  claimedError: ProviderRequestError | undefined,
): SnapLogicMigration {
  try {
    return parseBody(snapLogicMigrationSchema, record, { provider: 'snaplogic', path });
  } catch (error) {
    throw claimedError ?? error;
  }
}
