import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createDurableTracker } from '../../src/index.ts';
import { startProvider } from './provider.ts';
import { createProviderAdapter } from './provider-adapter.ts';
import { createRandom } from './random.ts';

export interface FolderReport {
  /** How many migrations, and how many transitions, were told of in all. */
  readonly migrations: number;
  readonly transitions: number;
  /** Of those, what was not found again. */
  readonly lost: readonly string[];
}

/** Kills a process that writes into a folder, again and again, and looks whether what it had told of is still there. */
export async function tortureFolder(options: {
  readonly dataDir: string;
  readonly seed: number;
  readonly rounds: number;
  readonly log: (line: string) => void;
}): Promise<FolderReport> {
  const { dataDir, seed, rounds, log } = options;
  const random = createRandom(seed);
  // Each is pending at its first read, and goes over to running in the middle of a round.
  const script = { runsAtMs: 0, endsAtMs: Number.POSITIVE_INFINITY, end: 'succeeded' } as const;
  const provider = await startProvider({ get: () => script });
  const lost: string[] = [];
  let migrations = 0;
  let transitions = 0;
  try {
    for (let round = 0; round < rounds; round += 1) {
      const told = new Map<string, Set<string>>();
      const child = fork(
        path.join(import.meta.dirname, 'folder-process.ts'),
        [dataDir, provider.url, String(round)],
        { execArgv: ['--conditions=source'] },
      );
      child.on('message', ({ key, state }: { readonly key?: string; readonly state?: string }) => {
        if (key === undefined) return;
        const states = told.get(key) ?? new Set();
        told.set(key, state === undefined ? states : states.add(state));
      });
      await once(child, 'message');
      await new Promise((resolve) => {
        setTimeout(resolve, 500 + random() * 1_500);
      });
      child.kill('SIGKILL');
      await once(child, 'close');
      const adapters = [createProviderAdapter(provider.url, 'lane-0')];
      await using tracker = await createDurableTracker({
        dataDir,
        adapters,
        worker: false,
        onNotice: () => {},
      });
      for (const [key, states] of told) {
        migrations += 1;
        transitions += states.size;
        const recorded = (await tracker.transitionsOf(key)).map(({ to }) => String(to));
        if (tracker.get(key) === undefined) lost.push(key);
        lost.push(
          ...[...states].filter((state) => !recorded.includes(state)).map((state) => `${key} ${state}`),
        );
      }
      log(`round ${round + 1}: ${told.size} migrations told of, ${lost.length} losses in all`);
    }
  } finally {
    provider.stop();
  }
  return { migrations, transitions, lost };
}
