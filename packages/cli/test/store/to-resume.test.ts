import type { TrackerExport } from '@migration-status/core';
import { expect, it } from 'vitest';
import { createScriptedAdapter } from '../../../../test/support/scripted-adapter.ts';
import { toResume } from '../../src/store/to-resume.ts';

const adapter = createScriptedAdapter({ script: {} });

const known: TrackerExport = {
  format: 'migration-status/tracker',
  version: 1,
  exportedAt: '2026-01-01T00:00:00.000Z',
  lanes: [
    { name: 'throttled', throttles: 2 },
    { name: 'refused', refusals: 3 },
  ],
  rows: ['a', 'b', 'c'].map((id) => ({
    provider: 'acme',
    key: `acme/${id}`,
    lane: 'throttled',
    ref: { id },
    trackedAt: 1,
    ...(id === 'b' && { stopped: 'refused' }),
  })),
};

it('takes from a store what is asked about, and holds no refusal against anybody', () => {
  const targets = ['a', 'b'].map((id) => ({ adapter, ref: { id } }));
  const resume = toResume(known, targets);
  expect(resume?.rows.map(({ key }) => key)).toEqual(['acme/a']);
  expect(resume?.lanes.map(({ name }) => name)).toEqual(['throttled']);
});

it('takes nothing where there is no store', () => {
  expect(toResume(undefined, [])).toBeUndefined();
});
