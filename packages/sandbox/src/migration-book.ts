import { requireKnownKeys, requireOptionalDuration } from './argument-checks.ts';
import type { Course } from './generated-timeline.ts';
import { generateTimeline } from './generated-timeline.ts';
import type { SandboxClock } from './sandbox-clock.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Timeline, TimelinePosition } from './timeline.ts';
import { mapDurations, positionAt, requireTimeline } from './timeline.ts';

/** How a migration behaves, for the providers that know their migrations by id. */
export interface MigrationScript {
  /** What it answers over time. Default: drawn from the sandbox's seed. */
  readonly timeline?: Timeline | undefined;
  /** How long after the start the provider does not know the id yet, in provider time. Default 0. */
  readonly notFoundForMs?: number | undefined;
}

/** A migration that has been started; durations are clock milliseconds. */
export interface ScriptedMigration<Details> {
  readonly id: string;
  readonly startedAtMs: number;
  readonly notFoundForMs: number;
  readonly timeline: Timeline;
  readonly details: Details;
}

/** A migration and where it stands. */
export interface FoundMigration<Details> {
  readonly migration: ScriptedMigration<Details>;
  readonly position: TimelinePosition;
}

/** What `add` is told. */
export interface NewMigration<Details> {
  readonly script: MigrationScript;
  /** Default: the provider's next id. */
  readonly id?: string | undefined;
  /** The courses to draw from when the script has no timeline. */
  readonly courses: readonly Course[];
  readonly details: Details;
}

/** The migrations of one provider. */
export interface MigrationBook<Details> {
  add(migration: NewMigration<Details>): ScriptedMigration<Details>;
  /** Keeps a script for the next migration that is started over HTTP. */
  queue(timeline: Timeline, options?: NextTimelineOptions): void;
  /** Starts a migration that came over HTTP: by the script at the head of the queue, or else on one of the courses. */
  start(courses: readonly Course[], details: Details): ScriptedMigration<Details>;
  /** `undefined` for an unknown id, and for one that is not known yet. */
  find(id: string, nowMs: number): FoundMigration<Details> | undefined;
  /** Every migration that is known by now, oldest first. */
  list(nowMs: number): readonly FoundMigration<Details>[];
}

/** What `nextTimeline` takes besides the timeline. */
export type NextTimelineOptions = Pick<MigrationScript, 'notFoundForMs'>;

/** Creates the empty book of one provider. */
export function createMigrationBook<Details>(
  clock: SandboxClock,
  random: SeededRandom,
  createId: () => string,
): MigrationBook<Details> {
  const migrations = new Map<string, ScriptedMigration<Details>>();
  const queuedScripts: MigrationScript[] = [];

  function locate(migration: ScriptedMigration<Details>, nowMs: number): FoundMigration<Details> | undefined {
    const elapsedMs = nowMs - migration.startedAtMs;
    if (elapsedMs < migration.notFoundForMs) return undefined;
    return { migration, position: positionAt(migration.timeline, elapsedMs) };
  }

  function add({ script, id = createId(), courses, details }: NewMigration<Details>) {
    if (migrations.has(id)) throw new Error(`the id ${id} must be new: a migration with it exists already`);
    requireScript(script);
    const timeline = script.timeline ?? generateTimeline(random, courses);
    const migration: ScriptedMigration<Details> = {
      id,
      startedAtMs: clock.now(),
      notFoundForMs: clock.toClockMs(script.notFoundForMs ?? 0),
      timeline: mapDurations(timeline, clock.toClockMs),
      details,
    };
    migrations.set(id, migration);
    return migration;
  }

  return {
    add,
    queue(timeline, options = {}) {
      requireKnownKeys('options', options, ['notFoundForMs']);
      const script = { ...options, timeline };
      requireScript(script);
      queuedScripts.push(script);
    },
    start: (courses, details) => add({ script: queuedScripts.shift() ?? {}, courses, details }),
    find(id, nowMs) {
      const migration = migrations.get(id);
      return migration && locate(migration, nowMs);
    },
    list: (nowMs) => [...migrations.values()].flatMap((migration) => locate(migration, nowMs) ?? []),
  };
}

function requireScript({ timeline, notFoundForMs }: MigrationScript): void {
  if (timeline !== undefined) requireTimeline('timeline', timeline);
  requireOptionalDuration('notFoundForMs', notFoundForMs);
}
