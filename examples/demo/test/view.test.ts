import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createTracker, type MigrationState } from '@migration-status/core';
import { describe, expect, it, vi } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { createScriptedAdapter, toReading } from '../../../test/support/scripted-adapter.ts';
import { createView, type Environment } from '../src/view.ts';

/** Lets one migration go through its states while a view writes to a terminal that is none; gives all that it wrote. */
async function record(
  states: readonly MigrationState[],
  isTTY: boolean,
  environment: Environment,
): Promise<string> {
  const clock = createManualClock();
  const adapter = createScriptedAdapter({ script: { a: states.map((state) => toReading(state)) } });
  const tracker = createTracker({ adapters: [adapter], clock, random: () => 0 });
  const stream = new PassThrough();
  const output = Object.assign(stream, { isTTY, columns: 80, rows: 24, hasColors: () => false });
  const view = createView(tracker, output as unknown as NodeJS.WriteStream, environment);
  tracker.track(adapter, { id: 'a' }, { meta: 'handbook' });
  await clock.advance(60_000);
  view.stop();
  await tracker.close();
  stream.end();
  return text(stream);
}

describe('a view', () => {
  it('is a live table on a terminal, and leaves the last picture standing', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const written = await record(['running', 'succeeded'], true, {});
    vi.useRealTimers();
    expect(written).toContain('\u001b[');
    expect(written.trimEnd().split('\n').slice(-2)).toEqual([
      expect.stringMatching(/PROVIDER +MIGRATION +STATE +DONE +ELAPSED TROUBLE$/),
      expect.stringMatching(/^acme +handbook +✔ succeeded +\d+s$/),
    ]);
  });

  it.each([
    { title: 'piped', isTTY: false, environment: {} },
    { title: 'on a terminal that cannot move its cursor', isTTY: true, environment: { TERM: 'dumb' } },
    { title: 'in a build', isTTY: true, environment: { CI: 'true' } },
  ])('is one line per change $title', async ({ isTTY, environment }) => {
    const written = await record(['running', 'running', 'failed'], isTTY, environment);
    expect(written.replace(/^\S+Z /gm, '')).toBe(
      'acme/handbook running\nacme/handbook failed (The provider reports the migration as failed and does not say why.)\n',
    );
  });
});
