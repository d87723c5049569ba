import { expect, test } from 'vitest';
import { crashHistories } from './crash-everywhere.ts';

test('a thousand histories of migrations that are read in batches go on as if nothing were, wherever the process ends', async () => {
  const { met } = await crashHistories(10, 1_000);
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
