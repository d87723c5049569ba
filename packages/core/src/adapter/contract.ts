import type { MigrationStatusError } from '../model/errors/migration-status-error.ts';
import type { FailureClass } from '../model/failure-class.ts';
import type { MigrationState } from '../model/migration-state.ts';
import type { MigrationReading, MigrationStatus } from '../model/migration-status.ts';

/** Native word → state, as data, so that code, documentation and tools read the same table. */
export type StateTable = Readonly<Record<string, MigrationState>>;

/** What an adapter can do, for views and tools. */
export interface AdapterCapabilities {
  /** What the provider says about progress. */
  readonly progress: 'none' | 'percent' | 'counts';
  /** How many refs one request can carry; 1 when there is no `getStatuses`. */
  readonly maxBatchSize: number;
  /** Whether there is a member of that name. */
  readonly list: boolean;
  readonly start: boolean;
  readonly cancel: boolean;
  /** Whether there is `parsePush`. */
  readonly push: boolean;
}

/** What a caller hands to every call that goes over the network. */
export interface CallContext {
  /** Aborts the call: it rejects with the signal's reason and leaves no request behind. */
  readonly signal?: AbortSignal | undefined;
  /** The wall clock at the time of the call, epoch milliseconds. Default `Date.now()`. */
  readonly wallTime?: number | undefined;
}

/** What a caller hands to a read. */
export interface ReadContext extends CallContext {
  /** The `memo` of the last reading of the same ref. */
  readonly memo?: unknown;
}

/** What a caller hands to a read of many refs. */
export interface BatchReadContext extends CallContext {
  /** The `memo` of the last reading, by key. */
  readonly memos?: ReadonlyMap<string, unknown> | undefined;
}

/** A message that a provider sent by itself, as it came over the wire. */
export interface PushMessage {
  readonly headers: Headers;
  /** The body as text, untouched: what is signed are its very characters. */
  readonly body: string;
}

/** What a caller hands over with a message that was pushed. */
export interface PushContext {
  /** The wall clock when the message came, epoch milliseconds. Default `Date.now()`. */
  readonly wallTime?: number | undefined;
}

/** One migration as a provider's list shows it. */
export interface ListedMigration<Native, Ref> {
  readonly key: string;
  /** Absent when the list does not say enough to follow the migration. */
  readonly ref?: Ref;
  readonly reading: MigrationReading<Native>;
}

/**
 * The object that speaks to one account of one provider: data and pure functions around one or two calls. It holds no
 * timer, keeps no global, never retries, and does no I/O when it is imported or built.
 *
 * | member | what it gives |
 * |---|---|
 * | `specVersion` | the version of this contract |
 * | `provider` | the provider's name, the first part of every key |
 * | `capabilities` | what else it can do |
 * | `states` | native word → state |
 * | `parseRef` | a ref out of anything, or a `ConfigurationError` that names the field |
 * | `key` | the ref as one string, unique among all providers |
 * | `lane` | origin and account that rate limits apply to; never a credential |
 * | `getStatus` | one read |
 * | `urlLengthOf` | how many characters a ref adds to the URL of `getStatuses`, where it adds any |
 * | `getStatuses` | many refs in one request, by key; a missing key is `not_found`; a bad ref is an error for its key alone |
 * | `classify` | what a failed call says about our access |
 * | `list`, `start`, `cancel` | where the provider offers it |
 * | `parsePush` | a message that the provider sent, checked, as a status for `tracker.push`; undefined when it tells nothing about a migration; a `PushRefusedError` when it cannot be trusted |
 */
export interface MigrationAdapter<Native = unknown, Ref = unknown> {
  readonly specVersion: 1;
  readonly provider: string;
  readonly capabilities: AdapterCapabilities;
  readonly states: StateTable;
  parseRef(value: unknown): Ref;
  key(ref: Ref): string;
  lane(ref: Ref): string;
  getStatus(ref: Ref, context?: ReadContext): Promise<MigrationReading<Native>>;
  getStatuses?(
    refs: readonly Ref[],
    context?: BatchReadContext,
  ): Promise<ReadonlyMap<string, MigrationReading<Native> | MigrationStatusError>>;
  urlLengthOf?(ref: Ref): number;
  classify(error: unknown): FailureClass;
  list?(filter?: unknown, context?: CallContext): AsyncIterable<ListedMigration<Native, Ref>>;
  start?(input: unknown, context?: CallContext): Promise<Ref>;
  cancel?(ref: Ref, context?: CallContext): Promise<void>;
  parsePush?(message: PushMessage, context?: PushContext): Promise<MigrationStatus<Native, Ref> | undefined>;
}
