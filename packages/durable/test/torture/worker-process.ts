import { createDurableWorker } from '../../src/index.ts';
import { type Access, createAdapters } from './providers.ts';

/** What one worker of the torture is told, as JSON in its first argument. */
export interface WorkerOrders {
  readonly connectionString: string;
  readonly schema: string;
  readonly accesses: readonly Access[];
  readonly requestsPerSecond: number;
  readonly burst: number;
  readonly splitAbove: number;
  /** Of how many migrations one has effects. */
  readonly effectEvery: number;
}

/** One worker of the torture: follows what it gets hold of, until it is told to stop or killed. */
const orders: WorkerOrders = JSON.parse(process.argv[2] ?? '');
const { connectionString, schema, accesses, requestsPerSecond, burst, splitAbove, effectEvery } = orders;

const worker = await createDurableWorker({
  connectionString,
  schema,
  adapters: accesses.flatMap((access) => Object.values(createAdapters(access))),
  policy: { floorMs: 100, ceilingMs: 1_000, requestsPerSecond, burst },
  splitAbove,
  async onTransition({ migrationId, sequence }, querier) {
    if (Number(migrationId) % effectEvery !== 0) return;
    await querier.query(`insert into ${schema}_effects values ($1, $2)`, [migrationId, sequence]);
  },
  // What goes wrong is made to go wrong; what counts is what comes of it.
  onError: (error) => process.send?.({ error: String(error) }),
});

process.on('SIGTERM', () => {
  void worker.close().then(() => process.exit(0));
});
process.send?.({ isReady: true });
