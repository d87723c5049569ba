/**
 * For applications: the normalized model of a migration, and the engine that follows migrations at any provider.
 *
 * @module
 */
export type {
  AdapterCapabilities,
  ListedMigration,
  MigrationAdapter,
  PushContext,
  PushMessage,
  StateTable,
} from './adapter/contract.ts';
export { type Clock, systemClock } from './engine/clock.ts';
export { defaultEnginePolicy, type EnginePolicy } from './engine/engine-policy.ts';
export type { LanePolicy } from './lane/lane.ts';
export { assertSucceeded } from './model/assert-succeeded.ts';
export { ConfigurationError } from './model/errors/configuration-error.ts';
export {
  type ErrorCode,
  type ErrorKind,
  MigrationStatusError,
} from './model/errors/migration-status-error.ts';
export { NotSucceededError } from './model/errors/not-succeeded-error.ts';
export { ProviderRequestError } from './model/errors/provider-request-error.ts';
export { ProviderResponseError } from './model/errors/provider-response-error.ts';
export { type PushRefusedCode, PushRefusedError } from './model/errors/push-refused-error.ts';
export { type NotFoundOutCode, NotFoundOutError, WaitTimeoutError } from './model/errors/wait-errors.ts';
export type { FailureClass } from './model/failure-class.ts';
export {
  isMigrationState,
  isRestingState,
  isTerminalState,
  type MigrationState,
  migrationStates,
} from './model/migration-state.ts';
export type {
  MigrationIssue,
  MigrationPart,
  MigrationProgress,
  MigrationReading,
  MigrationStatus,
  ProviderTimeField,
  RateLimit,
} from './model/migration-status.ts';
export { parseMigrationStatus } from './model/parse-migration-status.ts';
export { byUrgency as statesByUrgency, type MigrationSummary, summarize } from './model/summarize.ts';
export { toPercent } from './model/to-percent.ts';
export { type Pace, type PaceMoment, toGap } from './step/pace.ts';
export type { PacePolicy } from './step/pace-policy.ts';
export type { Condition, ConditionKind } from './step/row.ts';
export type { Anomaly } from './step/step.ts';
export type { StepPolicy } from './step/step-policy.ts';
export { createMemoryStore } from './store/memory-store.ts';
export type { ForgottenEntry, LaneEntry, RowEntry, Store, StoreEntry } from './store/store.ts';
export { StoreError, type StoreErrorCode } from './store/store-error.ts';
export type { ExportedLane, ExportedReading, ExportedRow, TrackerExport } from './store/tracker-export.ts';
export type { ExportOptions } from './tracker/export-engine.ts';
export { type GetStatusOptions, getStatus } from './tracker/get-status.ts';
export type { MigrationHandle } from './tracker/handle.ts';
export type { MigrationRow, TrackLabels } from './tracker/migration-row.ts';
export { type PollOptions, pollUntilDone } from './tracker/poll-until-done.ts';
export { readExportedRow } from './tracker/read-exported-row.ts';
export { createTracker, type Tracker, type TrackerOptions } from './tracker/tracker.ts';
export type {
  AnomalyEvent,
  ChangeEvent,
  ConditionEvent,
  FollowEvent,
  SettledEvent,
  TrackerEvents,
} from './tracker/tracker-events.ts';
export type { WaitOptions } from './tracker/wait.ts';
export { describeCount } from './view/describe-count.ts';
export { describeDuration } from './view/describe-duration.ts';
export { type DescribedSummary, describeSummary } from './view/describe-summary.ts';
export type { GroupSummary } from './view/group-keeper.ts';
export type { KeyedList, ListChanges } from './view/keyed-list.ts';
export type {
  ConditionSpan,
  MigrationHistory,
  ProgressPoint,
  StateEntry,
} from './view/migration-history.ts';
export type { OldestConditions } from './view/oldest-conditions.ts';
export { parseRowJson } from './view/parse-row-json.ts';
export { isOutOfSight, toMigrationName, toRemark } from './view/row-facts.ts';
export {
  conditionWords,
  describeAge,
  describeProgress,
  describeState,
  stateWords,
  unknownProgressWords,
} from './view/row-words.ts';
export { type SnapshotJsonOptions, toRowJson, toSnapshotJson } from './view/snapshot-json.ts';
export type { SortKey, SortValue } from './view/sort-key.ts';
export type { RowJson, SnapshotJson, StatusSnapshot } from './view/status-snapshot.ts';
export {
  createStatusView,
  type RowSource,
  type StatusView,
  type StatusViewOptions,
} from './view/status-view.ts';
export type { RowSummary } from './view/tally.ts';
