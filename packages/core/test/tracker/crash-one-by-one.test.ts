import { expect, test } from 'vitest';
import { crashEverywhere, crashHistories } from './crash-everywhere.ts';
import { type Course, type History, shortHistories } from './histories.ts';

test('a thousand histories of migrations that are read one by one go on as if nothing were, wherever the process ends', async () => {
  const { met } = await crashHistories(undefined, 1_000);
  expect([...met.keys()]).toEqual(
    expect.arrayContaining([
      'is read',
      'says more',
      'nothing to running',
      'settled as failed',
      'settled as not_found',
      'throttled begins',
      'unreachable ends',
      'unauthorized begins',
      'stalled begins',
    ]),
  );
});

/**
 * Refused at first, the lane opens for both of its migrations in one millisecond, the later one first, and from there on
 * they are due together. After two outages only one of them may go.
 */
function toTiedHistory(first: Course['parts'], second: Course['parts']): History {
  const { endsAt, policy } = shortHistories;
  return {
    endsAt,
    policy,
    batch: undefined,
    courses: [
      { trackedAt: 0, lane: 0, knownAt: 0, parts: first },
      { trackedAt: 1, lane: 0, knownAt: 1, parts: second },
    ],
    troubles: [
      { at: 0, forMs: 1, lane: 0, failure: 'unauthorized' },
      { at: 15_001, forMs: 25_000, lane: 0, failure: 'transient' },
    ],
    deeds: [],
  };
}

test('somebody who asks for one that waits in a parked lane does not put it off, also after a crash', async () => {
  const { endsAt, policy } = shortHistories;
  const toCourse = (parts: Course['parts']): Course => ({ trackedAt: 0, lane: 0, knownAt: 0, parts });
  const crashes = await crashEverywhere({
    endsAt,
    policy,
    batch: undefined,
    courses: [
      toCourse([
        { forMs: 12_154, state: 'running', percents: [83, 4] },
        { forMs: 0, state: 'succeeded' },
      ]),
      toCourse([{ forMs: 0, state: 'running' }]),
    ],
    troubles: [{ at: 11_359, forMs: 28_682, lane: 0, failure: 'transient' }],
    deeds: [{ at: 35_040, course: 1, what: 'refresh' }],
  });
  expect(crashes[0]?.expected).toContain('38580 acme/1 is read');
  for (const { told, expected } of crashes) expect(told).toBe(expected);
});

test.each([
  [
    'an end',
    toTiedHistory(
      [
        { forMs: 15_001, state: 'running' },
        { forMs: 0, state: 'succeeded' },
      ],
      [
        { forMs: 200, state: 'pending' },
        { forMs: 0, state: 'not_found' },
      ],
    ),
  ],
  [
    'no end',
    toTiedHistory(
      [
        { forMs: 15_001, state: 'pending' },
        { forMs: 0, state: 'succeeded' },
      ],
      [
        { forMs: 200, state: 'running' },
        { forMs: 0, state: 'running' },
      ],
    ),
  ],
])(
  'of two that are due in the same millisecond, the same one probes the lane after a crash, with %s for the later one',
  async (_title, history) => {
    const crashes = await crashEverywhere(history);
    expect(crashes[0]?.expected).toContain('40000 acme/1 is read');
    for (const { told, expected } of crashes) expect(told).toBe(expected);
  },
);
