import { requireKnownKeys, requireOneOf, requireOptionalText, requireText } from '../argument-checks.ts';
import type { BookedProvider } from '../booked-provider.ts';
import { createBookedProviderParts } from '../booked-provider.ts';
import type { MigrationScript, ScriptedMigration } from '../migration-book.ts';
import type { RunningProvider } from '../provider-server.ts';
import type { ProviderSetup } from '../provider-setup.ts';
import type { Timeline } from '../timeline.ts';
import { mapDurations, requireTimeline } from '../timeline.ts';
import type { WebhookControls } from '../webhook-sender.ts';
import { createWebhookSender } from '../webhook-sender.ts';
import type { GenericMigrationsCredentials, GivenDetails } from './generic-migrations-api.ts';
import { createGenericMigrationsApi, genericMigrationsBasePath } from './generic-migrations-api.ts';
import type { GenericMigrationsDetails, TaskDetails } from './generic-migrations-bodies.ts';
import { modalCourses } from './generic-migrations-courses.ts';
import type { ListEnvelope } from './list-page.ts';
import { listEnvelopes } from './list-page.ts';
import { toWebhookEvents } from './webhook-events.ts';

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
export interface GenericMigrationsSandbox
  extends BookedProvider<GenericMigrationScript, GenericMigrationRef> {
  /** The server's origin with `/api/v1`. */
  readonly baseUrl: string;
  readonly credentials: GenericMigrationsCredentials;
  /** How lists are wrapped. May be set at any time; anything but a `ListEnvelope` throws. Default `data`. */
  envelope: ListEnvelope;
  /** What it sends by itself when a migration changes, and retries until it is answered with 2xx. */
  readonly webhooks: WebhookControls;
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
export async function startGenericMigrations(
  setup: ProviderSetup,
): Promise<RunningProvider<GenericMigrationsSandbox>> {
  const { random, migrations, controls, serve } = createBookedProviderParts<GenericMigrationsDetails>(
    setup,
    'generic-migrations',
    ({ uuid }) => uuid(),
  );
  const credentials = { apiKey: `anon_${random.text(32)}` };
  const { clock, seed, isTimed, webhookUrl } = setup;
  const webhooks = createWebhookSender({ clock, seed, isTimed, url: webhookUrl });
  let envelope: ListEnvelope = 'data';

  function announce(migration: ScriptedMigration<GenericMigrationsDetails>) {
    webhooks.plan(toWebhookEvents(migration));
    return migration;
  }

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

  const { origin, close } = await serve(
    createGenericMigrationsApi({
      credentials,
      migrations: {
        ...migrations,
        start: (courses, details) => announce(migrations.start(courses, details)),
      },
      createDetails,
      createModalId: random.uuid,
      envelope: () => envelope,
    }),
  );

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
      const added = migrations.add({ script, id: script.migrationId, courses: modalCourses, details });
      const { id } = announce(added);
      return { migrationId: id };
    },
    webhooks: webhooks.controls,
    ...controls,
  };

  async function closeAll(): Promise<void> {
    webhooks.close();
    await close();
  }

  return { provider, close: closeAll };
}

function requireTask(task: GenericMigrationTaskScript, index: number): void {
  requireKnownKeys(`tasks[${index}]`, task, ['timeline', 'dataCategory', 'dataType']);
  requireText(`tasks[${index}].dataCategory`, task.dataCategory);
  requireText(`tasks[${index}].dataType`, task.dataType);
  if (task.timeline !== undefined) requireTimeline(`tasks[${index}].timeline`, task.timeline);
}
