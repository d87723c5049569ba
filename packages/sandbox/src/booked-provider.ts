import type { MigrationBook, NextTimelineOptions } from './migration-book.ts';
import { createMigrationBook } from './migration-book.ts';
import type { ProviderApi } from './provider-api.ts';
import type { ProviderControls } from './provider-controls.ts';
import { createControlDesk } from './provider-controls.ts';
import type { ProviderServer } from './provider-server.ts';
import { startProviderServer } from './provider-server.ts';
import type { ProviderSetup } from './provider-setup.ts';
import type { SeededRandom } from './seeded-random.ts';
import { createSeededRandom } from './seeded-random.ts';
import type { Timeline } from './timeline.ts';

/** A provider that knows its migrations by id. */
export interface BookedProvider<Script, Ref> extends ProviderControls {
  /**
   * Starts a migration; its timeline begins at once.
   *
   * @throws Error when an argument is not valid or the id is taken.
   */
  addMigration(script?: Script): Ref;
  /**
   * Scripts the next migration that is started over HTTP; may be called several times in advance.
   *
   * @throws Error when an argument is not valid.
   */
  nextTimeline(timeline: Timeline, options?: NextTimelineOptions): void;
}

/** What a booked provider is put together from. */
export interface BookedProviderParts<Details> {
  readonly random: SeededRandom;
  readonly migrations: MigrationBook<Details>;
  /** All that the providers offer alike. */
  readonly controls: ProviderControls & Pick<BookedProvider<never, never>, 'nextTimeline'>;
  /** Starts the one server of the provider. */
  serve(api: ProviderApi): Promise<ProviderServer>;
}

/** Creates the parts of one provider, whose random numbers go by `label`. */
export function createBookedProviderParts<Details>(
  setup: ProviderSetup,
  label: string,
  createId: (random: SeededRandom) => string,
): BookedProviderParts<Details> {
  const { clock, seed, logSize } = setup;
  const random = createSeededRandom(seed, label);
  const migrations = createMigrationBook<Details>(clock, random, () => createId(random));
  const desk = createControlDesk(clock, logSize);
  const port = setup.nextPort();

  return {
    random,
    migrations,
    controls: { nextTimeline: migrations.queue, ...desk.controls },
    serve: (api) => startProviderServer({ createApi: () => api, desks: [desk], setup, port }),
  };
}
