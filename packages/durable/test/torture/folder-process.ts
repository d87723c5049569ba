import { createDurableTracker } from '../../src/index.ts';
import { createAdapters } from './providers.ts';

/** Tracks migrations in a folder, and tells of each that is stored and of each transition that is recorded, until killed. */
const [dataDir = '', access = '', refs = ''] = process.argv.slice(2);

const { velt } = createAdapters(JSON.parse(access));
const tracker = await createDurableTracker({
  dataDir,
  adapters: [velt],
  policy: { floorMs: 20, ceilingMs: 100, requestsPerSecond: 1_000, burst: 100 },
  packMs: 200,
  onNotice: () => {},
});
tracker.on('change', ({ row, transition }) => {
  if (transition) process.send?.({ key: row.key, state: transition.to });
});
process.send?.({ isReady: true });
for (const ref of JSON.parse(refs)) {
  const { key, stored } = tracker.track(velt, ref);
  await stored;
  process.send?.({ key });
  // So that there is time for reads too.
  await new Promise((resolve) => {
    setTimeout(resolve, 20);
  });
}
