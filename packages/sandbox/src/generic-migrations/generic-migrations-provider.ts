import { requireKnownKeys, requireOneOf, requireOptionalText, requireText } from '../argument-checks.ts';
import type { MigrationScript, NextTimelineOptions } from '../migration-book.ts';
import { createMigrationBook } from '../migration-book.ts';
import type { ProviderControls } from '../provider-controls.ts';
import { createControlDesk } from '../provider-controls.ts';
import { startProviderServer } from '../provider-server.ts';
import type { ProviderSetup, RunningProvider } from '../running-provider.ts';
import { createSeededRandom } from '../seeded-random.ts';
import type { Timeline } from '../timeline.ts';
import { mapDurations, requireTimeline } from '../timeline.ts';
import type { GenericMigrationsCredentials, GivenDetails } from './generic-migrations-api.ts';
import { createGenericMigrationsApi, genericMigrationsBasePath } from './generic-migrations-api.ts';
import type { GenericMigrationsDetails, ListEnvelope, TaskDetails } from './generic-migrations-bodies.ts';
import { listEnvelopes } from './generic-migrations-bodies.ts';
import { modalPaths } from './generic-migrations-timelines.ts';

/** What identifies a migration of the Migrations API. */
export interface GenericMigrationRef {
  readonly migrationId: string;
}

/** One task of a migration. */
export interface GenericMigrationTaskScript {
  /** What it answers over time, counted from the migration's start. Default: it follows its migration. */
  readonly timeline?: Timeline | undefined;
  /** `COMPANY`, `EMPLOYEE`, … */
  readonly dataCategory: string;
  /** `EntityType`, `EmployeeRoster`, … */
  readonly dataType: string;
}

/** A migration to be put on the server. */
export interface GenericMigrationScript extends MigrationScript {
  /** Default: a seeded UUID. */
  readonly migrationId?: string | undefined;
  /** Default: three tasks that follow the migration. */
  readonly tasks?: readonly GenericMigrationTaskScript[] | undefined;
}

/** The Migrations API on loopback. */
export interface GenericMigrationsSandbox extends ProviderControls {
  /** The server's origin with `/api/v1`. */
  readonly baseUrl: string;
  readonly credentials: GenericMigrationsCredentials;
  /** How lists are wrapped. May be set at any time. Default `data`. */
  envelope: ListEnvelope;
  /**
   * Starts a migration; its timeline begins at once.
   *
   * @throws Error when an argument is not valid or the id is taken.
   */
  addMigration(script?: GenericMigrationScript): GenericMigrationRef;
  /** Scripts the next migration that is started over HTTP; may be called several times in advance. */
  nextTimeline(timeline: Timeline, options?: NextTimelineOptions): void;
}

const categories = new Map([
  ['EmployeeRoster', 'EMPLOYEE'],
  ['ContractorPayments', 'EMPLOYEE'],
  ['PayrollJournal', 'COMPENSATION'],
  ['FederalTax', 'TAX'],
]);
const defaultCategory = 'COMPANY';
const defaultDataTypes = ['EntityType', 'EmployeeRoster', 'FederalTax'];

/** Starts the Migrations API. */
export async function startGenericMigrations({
  clock,
  seed,
}: ProviderSetup): Promise<RunningProvider<GenericMigrationsSandbox>> {
  const random = createSeededRandom(seed, 'generic-migrations');
  const credentials = { apiKey: `anon_${random.text(32)}` };
  const migrations = createMigrationBook<GenericMigrationsDetails>(clock, random, random.uuid);
  const desk = createControlDesk(clock);
  let envelope: ListEnvelope = 'data';

  function createTask({ timeline, dataCategory, dataType }: GenericMigrationTaskScript): TaskDetails {
    const scaled = timeline && mapDurations(timeline, clock.toClockMs);
    return { id: random.uuid(), dataCategory, dataType, timeline: scaled };
  }

  function createDetails({
    createdByUserId = random.hex(16),
    dataTypes = defaultDataTypes,
  }: GivenDetails): GenericMigrationsDetails {
    const tasks = dataTypes.map((dataType) =>
      createTask({ dataType, dataCategory: categories.get(dataType) ?? defaultCategory }),
    );
    return { companyId: random.uuid(), createdByUserId, tasks };
  }

  const { origin, close } = await startProviderServer({
    createApi: () =>
      createGenericMigrationsApi({
        credentials,
        migrations,
        createDetails,
        createModalId: random.uuid,
        envelope: () => envelope,
      }),
    desks: [desk],
    now: clock.now,
  });

  const provider: GenericMigrationsSandbox = {
    baseUrl: origin + genericMigrationsBasePath,
    credentials,
    get envelope() {
      return envelope;
    },
    set envelope(wanted) {
      requireOneOf('envelope', wanted, listEnvelopes);
      envelope = wanted;
    },
    addMigration(script = {}) {
      requireKnownKeys('addMigration', script, ['timeline', 'notFoundForMs', 'migrationId', 'tasks']);
      requireOptionalText('migrationId', script.migrationId);
      script.tasks?.forEach(requireTask);
      const seeded = createDetails({});
      const details = { ...seeded, tasks: script.tasks?.map(createTask) ?? seeded.tasks };
      const { id } = migrations.add({ script, id: script.migrationId, paths: modalPaths, details });
      return { migrationId: id };
    },
    nextTimeline: migrations.queue,
    ...desk.controls,
  };
  return { provider, close };
}

function requireTask(task: GenericMigrationTaskScript, index: number): void {
  requireKnownKeys(`tasks[${index}]`, task, ['timeline', 'dataCategory', 'dataType']);
  requireText(`tasks[${index}].dataCategory`, task.dataCategory);
  requireText(`tasks[${index}].dataType`, task.dataType);
  if (task.timeline !== undefined) requireTimeline(`tasks[${index}].timeline`, task.timeline);
}
