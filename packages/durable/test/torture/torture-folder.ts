import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { StoreError } from '@migration-status/core';
import { createSandbox, type Sandbox } from '@migration-status/sandbox';
import { createSeededRandom } from '../../../testkit/src/seeded-random.ts';
import { createDurableTracker, type DurableTracker } from '../../src/index.ts';
import { createAdapters, toAccess } from './providers.ts';

export interface FolderReport {
  /** How many migrations, and how many transitions, were told of in all. */
  readonly migrations: number;
  readonly transitions: number;
  /** Of those, what was not found again. */
  readonly lost: readonly string[];
  /** How often a second opener was told that the folder is in use. */
  readonly refusals: number;
  /** What was said instead, or when the folder was open to two. */
  readonly wrongOpenings: readonly string[];
}

/** More than a process can track in one round. */
const refsPerRound = 120;

/**
 * Kills a process that writes into a folder, again and again, and looks whether what it had told of is still there. Another
 * opener tries all the while, also while the first is dying.
 */
export async function tortureFolder(options: {
  readonly dataDir: string;
  readonly seed: number;
  readonly rounds: number;
  readonly log: (line: string) => void;
}): Promise<FolderReport> {
  const { dataDir, seed, rounds, log } = options;
  const random = createSeededRandom(seed);
  await using sandbox = await createSandbox({ seed });
  const access = toAccess(sandbox, await sandbox.onlyoffice.addPortal());
  const { velt } = createAdapters(access);
  const lost: string[] = [];
  const wrongOpenings: string[] = [];
  let migrations = 0;
  let transitions = 0;
  let refusals = 0;

  /** Opens the folder unless somebody has it. */
  async function tryToOpen(): Promise<DurableTracker | undefined> {
    try {
      return await createDurableTracker({ dataDir, adapters: [velt], worker: false, onNotice: () => {} });
    } catch (error) {
      if (StoreError.isInstance(error) && error.code === 'store_in_use') refusals += 1;
      else wrongOpenings.push(String(error));
      return undefined;
    }
  }

  for (let round = 0; round < rounds; round += 1) {
    const child = fork(
      path.join(import.meta.dirname, 'folder-process.ts'),
      [dataDir, JSON.stringify(access), JSON.stringify(addMigrations(sandbox))],
      { execArgv: ['--conditions=source'] },
    );
    const told = noteWhatIsTold(child);
    await once(child, 'message');
    await delay(250 + random() * 750);
    const intruder = await tryToOpen();
    if (intruder !== undefined) wrongOpenings.push(`in round ${round + 1} it was open to two`);
    await intruder?.close();
    // Every other one dies early, however little it has done.
    if (round % 2 === 0) await waitForTransition(told);
    await delay(250 + random() * 750);
    const gone = once(child, 'close');
    child.kill('SIGKILL');
    let tracker = await tryToOpen();
    await gone;
    while (tracker === undefined && wrongOpenings.length === 0) tracker = await tryToOpen();
    if (tracker === undefined) break;
    for (const [key, states] of told) {
      migrations += 1;
      transitions += states.size;
      const recorded = (await tracker.transitionsOf(key)).map(({ to }) => String(to));
      if (tracker.get(key) === undefined) lost.push(key);
      lost.push(
        ...[...states].filter((state) => !recorded.includes(state)).map((state) => `${key} ${state}`),
      );
    }
    await tracker.close();
    log(`round ${round + 1}: ${told.size} migrations told of, ${lost.length} losses in all`);
  }
  return { migrations, transitions, lost, refusals, wrongOpenings };
}

/** Each waits when it is tracked, soon runs, and soon ends. */
function addMigrations({ velt }: Sandbox): readonly unknown[] {
  return Array.from({ length: refsPerRound }, (_, index) =>
    velt.addMigration({
      timeline: [
        { status: 'pending', forMs: 800 + 20 * index },
        { status: 'in_progress', forMs: 300 },
        { status: 'completed' },
      ],
    }),
  );
}

/** What a process has told of, by key: each migration that it has tracked, and what states it has seen it in. */
function noteWhatIsTold(child: ChildProcess): ReadonlyMap<string, ReadonlySet<string>> {
  const told = new Map<string, Set<string>>();
  child.on('message', ({ key, state }: { readonly key?: string; readonly state?: string }) => {
    if (key === undefined) return;
    const states = told.get(key) ?? new Set();
    told.set(key, state === undefined ? states : states.add(state));
  });
  return told;
}

async function waitForTransition(told: ReadonlyMap<string, ReadonlySet<string>>): Promise<void> {
  const endsAt = performance.now() + 20_000;
  while (performance.now() < endsAt && ![...told.values()].some((states) => states.size > 0)) await delay(20);
}

function delay(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}
