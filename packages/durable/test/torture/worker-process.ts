import { createDurableWorker } from '../../src/index.ts';
import { createProviderAdapter } from './provider-adapter.ts';

/** One worker of the torture: follows what it gets hold of, until it is told to stop or killed. */
const [connectionString = '', schema = '', url = '', lanes = '', requestsPerSecond = '', burst = ''] =
  process.argv.slice(2);

const worker = await createDurableWorker({
  connectionString,
  schema,
  adapters: lanes.split(',').map((lane) => createProviderAdapter(url, lane)),
  policy: {
    floorMs: 100,
    ceilingMs: 1_000,
    requestsPerSecond: Number(requestsPerSecond),
    burst: Number(burst),
  },
  // What goes wrong is made to go wrong; what counts is what comes of it.
  onError: (error) => process.send?.({ error: String(error) }),
});

process.on('SIGTERM', () => {
  void worker.close().then(() => process.exit(0));
});
process.send?.({ isReady: true });
