import { createDurableTracker } from '../../src/index.ts';
import { createProviderAdapter } from './provider-adapter.ts';

/** Tracks migrations in a folder, and tells of each that is stored and of each transition that it has seen recorded, until killed. */
const [dataDir = '', url = '', round = ''] = process.argv.slice(2);

const adapter = createProviderAdapter(url, 'lane-0');
const tracker = await createDurableTracker({
  dataDir,
  adapters: [adapter],
  policy: { floorMs: 20, ceilingMs: 100, requestsPerSecond: 1_000, burst: 100 },
  packMs: 200,
  onNotice: () => {},
});
tracker.on('change', ({ row, transition }) => {
  if (transition) process.send?.({ key: row.key, state: transition.to });
});
process.send?.({ isReady: true });
for (let index = 0; ; index += 1) {
  const { key, stored } = tracker.track(adapter, { id: `r${round}-m${index}` });
  await stored;
  process.send?.({ key });
  // So that there is time for reads too.
  await new Promise((resolve) => {
    setTimeout(resolve, 20);
  });
}
