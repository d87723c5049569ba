import {
  ConfigurationError,
  createTracker,
  type EnginePolicy,
  type MigrationAdapter,
} from '@migration-status/core';
import type { TransitionEffect } from '../store/shard.ts';
import type { ShardEvent } from '../worker/worker.ts';
import { checkCall, type Rule } from './check-call.ts';

/** Which database, and which schema of it. */
export interface DatabasePlace {
  /** A PostgreSQL server: `postgres://user:password@host:5432/database`. Either this or `dataDir`. */
  readonly connectionString?: string | undefined;
  /** A folder for the PostgreSQL that runs inside this process, which then is the only one that may use it. */
  readonly dataDir?: string | undefined;
  /** Where the tables are; those of the queue are in another one beside it. Default `migration_status`. */
  readonly schema?: string | undefined;
}

/** What {@link createDurableTracker} is made of. */
export interface DurableOptions extends DatabasePlace {
  /** One adapter per account. Migrations of others are left to workers that have them. */
  readonly adapters: readonly MigrationAdapter[];
  /** What to follow by, where the defaults do not fit. Limits are those of a whole lane, however many workers there are. */
  readonly policy?: Partial<EnginePolicy> | undefined;
  /** Whether this process follows migrations too, or only looks and asks. Default true. */
  readonly worker?: boolean | undefined;
  /** Whether to bring the schema up to date first; otherwise it has to be. Default true. */
  readonly migrate?: boolean | undefined;
  /** Most shards that this process follows at the same time; each takes some 40 kB. Default 20 000. */
  readonly maxShards?: number | undefined;
  /** Above how many migrations a shard is cut in two, for as long as its lane's limits can be divided. Default 100 000. */
  readonly splitAbove?: number | undefined;
  /** How often all that is known of a shard is written, in milliseconds. Transitions are written at once. Default 2 500. */
  readonly packMs?: number | undefined;
  /** How long an ended migration and its history are kept, in milliseconds. Default: until it is forgotten. */
  readonly retainMs?: number | undefined;
  /** Whether to store `native`, what providers said. It may hold names and e-mail addresses. Default false. */
  readonly storeNative?: boolean | undefined;
  /**
   * How many transitions of a migration are kept at most, for those that come and go for months: with each one that is
   * recorded the oldest beyond that go. Default: all.
   */
  readonly retainTransitions?: number | undefined;
  /**
   * Records the effect of a transition in the transaction in which it is recorded: both are there, or neither. It has five
   * seconds. One that rejects is handed to `onError` as an `EffectError` and tried again, ever later; until it succeeds
   * nothing of its migration is recorded, and everything else goes on.
   */
  readonly onTransition?: TransitionEffect | undefined;
  /** Is told of each shard that this process takes, and of each that it is over with. */
  readonly onShard?: ((event: ShardEvent) => void) | undefined;
  /** Is handed what goes wrong in the background, and what listeners throw. Default: it is printed with `console.error`. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Is handed what is worth knowing at the start. Default: it is printed with `console.info`. */
  readonly onNotice?: ((notice: string) => void) | undefined;
}

const text: Rule = [(value) => typeof value === 'string' && value !== '', 'a string that is not empty'];
const flag: Rule = [(value) => typeof value === 'boolean', 'true or false'];
const count: Rule = [
  (value) => Number.isInteger(value) && Number(value) >= 1,
  'a whole number of at least 1',
];
const callback: Rule = [(value) => typeof value === 'function', 'a function'];

const placeRules = { connectionString: text, dataDir: text, schema: text } satisfies Record<
  keyof DatabasePlace,
  Rule
>;

const rules = {
  ...placeRules,
  adapters: [Array.isArray, 'an array of adapters'],
  policy: [(value) => typeof value === 'object' && value !== null, 'an object'],
  worker: flag,
  migrate: flag,
  maxShards: count,
  splitAbove: count,
  packMs: count,
  retainMs: count,
  retainTransitions: count,
  storeNative: flag,
  onTransition: callback,
  onShard: callback,
  onError: callback,
  onNotice: callback,
} satisfies Record<keyof DurableOptions, Rule>;

/** Checks which database is meant; throws a `ConfigurationError` that repeats no value. */
export function checkPlace(subject: string, place: DatabasePlace): void {
  checkCall(subject, place, placeRules);
  checkDatabase(subject, place);
}

/** Checks all options, the adapters and the policy too. */
export function checkDurableOptions(subject: string, options: DurableOptions): void {
  checkCall(subject, options, rules);
  checkDatabase(subject, options);
  const { adapters, policy } = options;
  // What core asks of them is checked here and now, and not when the first shard is held.
  void createTracker({ adapters, policy }).close();
}

function checkDatabase(subject: string, { connectionString, dataDir }: DatabasePlace): void {
  if ((connectionString === undefined) !== (dataDir === undefined)) return;
  const message = `${subject}: either "connectionString" or "dataDir" must be given`;
  throw new ConfigurationError({ option: 'connectionString', message });
}
