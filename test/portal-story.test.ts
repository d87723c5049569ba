import { createTracker, type MigrationState } from '@migration-status/core';
import { createOnlyOfficeAdapter } from '@migration-status/onlyoffice';
import { createSandbox, type PortalScript } from '@migration-status/sandbox';
import { describe, expect, it } from 'vitest';
import { createManualClock } from './support/manual-clock.ts';
import { createRealReads } from './support/real-reads.ts';

/** A portal in the sandbox and a tracker that follows its only job, on one clock that is driven by hand. */
async function createStory(script: PortalScript) {
  const clock = createManualClock();
  clock.jumpWallTime(Date.now() - clock.wallTime());
  const sandbox = await createSandbox({ now: () => clock.wallTime() });
  const portal = await sandbox.onlyoffice.addPortal(script);
  const { watch, nextTurn } = createRealReads();
  const adapter = watch(
    createOnlyOfficeAdapter({ portalUrl: portal.portalUrl, auth: { apiKey: portal.credentials.apiKey } }),
  );
  const tracker = createTracker({ adapters: [adapter], clock, random: () => 0 });
  const states: MigrationState[] = [];
  tracker.on('change', ({ transition }) => transition && states.push(transition.to));

  async function turnUntil(isReached: () => boolean): Promise<void> {
    for (let turn = 0; !isReached(); turn += 1) {
      if (turn > 2_000) expect.unreachable(`the story went ${states.join(', ')} and no further`);
      await nextTurn(clock);
    }
  }

  return {
    portal,
    adapter,
    tracker,
    states,
    turnUntil,
    async [Symbol.asyncDispose]() {
      await tracker.close();
      await sandbox.close();
    },
  };
}

describe('the only job of a portal, on one tracker', { timeout: 30_000 }, () => {
  it('rests for the selection, goes on with the import, and never shows an answer that is not about it', async () => {
    await using story = await createStory({
      parse: { runningForMs: 20_000 },
      import: {
        staleForMs: 8_000,
        emptyForMs: 3_000,
        runningForMs: 40_000,
        outcome: 'completed_with_failures',
      },
      emptyReads: 2,
    });
    const { adapter, tracker, states, turnUntil } = story;
    tracker.track(adapter, await adapter.start({ migratorName: 'Nextcloud' }));
    await turnUntil(() => states.at(-1) === 'awaiting_input');
    tracker.track(
      adapter,
      await adapter.start({ selection: { migratorName: 'Nextcloud', importPersonalFiles: true } }),
    );
    await turnUntil(() => tracker.rows().every(({ stopped }) => stopped === 'settled'));
    expect(states).toEqual([
      'pending',
      'running',
      'awaiting_input',
      'pending',
      'running',
      'partially_succeeded',
    ]);
  });

  it('does not show how the job before it ended', async () => {
    await using story = await createStory({
      parse: { staleForMs: 10_000, runningForMs: 20_000, outcome: 'failed' },
      import: { queuedForMs: 0, runningForMs: 0 },
    });
    const { portal, adapter, tracker, states, turnUntil } = story;
    portal.begin('import');
    tracker.track(adapter, {});
    await turnUntil(() => states.at(-1) === 'succeeded');
    tracker.track(adapter, await adapter.start({ migratorName: 'Nextcloud' }));
    await turnUntil(() => tracker.rows().every(({ stopped }) => stopped === 'settled'));
    expect(states).toEqual(['succeeded', 'pending', 'running', 'failed']);
  });

  it('is said to have stalled when it hangs, and is not declared failed', async () => {
    await using story = await createStory({ parse: { runningForMs: 60_000 }, isZombie: true });
    const { portal, adapter, tracker, states, turnUntil } = story;
    portal.begin('parse');
    const handle = tracker.track(adapter, {});
    await turnUntil(() => handle.row.conditions.length > 0);
    expect(handle.row).toMatchObject({ conditions: [{ kind: 'stalled' }], status: { state: 'running' } });
    expect(states).toEqual(['pending', 'running']);
  });
});
