import { createTracker, type Tracker } from '@migration-status/core';
import type { Sandbox } from '@migration-status/sandbox';
import { createVeltAdapter } from '@migration-status/velt';

/** How long each migration takes, in milliseconds, and its last word. */
const stories = [
  [20_000, 'completed'],
  [40_000, 'completed'],
  [30_000, 'failed'],
  [60_000, 'rolling_back'],
] as const;

/** Puts migrations into the sandbox and follows them. */
export function followMigrations({ velt }: Sandbox): Tracker {
  const adapter = createVeltAdapter({ baseUrl: velt.baseUrl, ...velt.credentials });
  const tracker = createTracker({ adapters: [adapter], policy: { ceilingMs: 2_000 } });
  for (const [index, [forMs, end]] of stories.entries()) {
    const timeline = [{ status: 'in_progress', forMs }, { status: end }];
    tracker.track(adapter, velt.addMigration({ timeline, migrationId: `document-${index + 1}` }), {
      group: 'wave 1',
    });
  }
  return tracker;
}
