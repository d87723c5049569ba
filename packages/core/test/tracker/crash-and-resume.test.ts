import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crashEverywhere } from './crash-everywhere.ts';
import { anyHistory, longHistories } from './histories.ts';
import { play, toText } from './play-history.ts';

/** Finding the smallest story takes long; what was found until then is told. */
const limits = { interruptAfterTimeLimit: 20_000 };

const kinds = [
  ['read one by one', anyHistory(undefined, longHistories)],
  ['read in batches', anyHistory(10, longHistories)],
] as const;

describe.each(kinds)('migrations that are %s for long tell the same story', (_title, any) => {
  test('when the process ends once, whenever that is', async () => {
    await fc.assert(
      fc.asyncProperty(any, async (history) => {
        for (const { told, expected } of await crashEverywhere(history)) expect(told).toBe(expected);
      }),
      { numRuns: 7, ...limits },
    );
  });

  test('when the process ends before every event', async () => {
    await fc.assert(
      fc.asyncProperty(any, async (history) => {
        expect(toText(await play(history, { isRestless: true }))).toBe(toText(await play(history)));
      }),
      { numRuns: 40, ...limits },
    );
  });

  // With a lane each: of several requests that are out in one lane, the answer to one may keep others from being asked again.
  test('when the process ends while every other read is out', async () => {
    await fc.assert(
      fc.asyncProperty(any, async ({ courses, ...rest }) => {
        const history = { ...rest, courses: courses.map((course, lane) => ({ ...course, lane })) };
        expect(toText(await play(history, { isCutOff: true }))).toBe(toText(await play(history)));
      }),
      { numRuns: 25, ...limits },
    );
  });
});
