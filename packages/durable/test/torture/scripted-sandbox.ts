import type { MigrationAdapter, MigrationState } from '@migration-status/core';
import {
  createSandbox,
  type ImportOutcome,
  type LoggedRequest,
  type RateLimit,
  type Sandbox,
} from '@migration-status/sandbox';
import { pick, type Random } from '../../../testkit/src/seeded-random.ts';
import { type Access, createAdapters, toAccess } from './providers.ts';

/** All migrations of one account, with what is to become of them. */
export interface ScriptedLane {
  readonly adapter: MigrationAdapter;
  readonly refs: readonly unknown[];
  /** How each ends, by its key. */
  readonly ends: ReadonlyMap<string, MigrationState>;
  /** What the provider was asked. */
  readonly requests: readonly LoggedRequest[];
}

/** A sandbox whose four providers follow a script. */
export interface ScriptedSandbox {
  readonly access: Access;
  readonly lanes: readonly ScriptedLane[];
  close(): Promise<void>;
}

interface Course {
  readonly waitsForMs: number;
  readonly runsForMs: number;
}

/** The words of a provider for a migration that waits and one that runs, and for its ends. */
interface Words<End extends string> {
  readonly waits: string;
  readonly runs: string;
  readonly ends: readonly (readonly [word: End, state: MigrationState])[];
}

const veltWords: Words<string> = {
  waits: 'pending',
  runs: 'in_progress',
  ends: [
    ['completed', 'succeeded'],
    ['failed', 'failed'],
  ],
};

const snapLogicWords: Words<string> = {
  waits: 'Started',
  runs: 'Migrating',
  ends: [
    ['Completed', 'succeeded'],
    ['Failed', 'failed'],
  ],
};

const genericWords: Words<string> = {
  waits: 'NOT_STARTED',
  runs: 'WORKING',
  ends: [
    ['COMPLETE', 'succeeded'],
    ['COMPLETED_WITH_FAILURES', 'partially_succeeded'],
    ['FAILED', 'failed'],
    ['LOGIN_ABANDONED', 'canceled'],
  ],
};

const importEnds: Words<ImportOutcome>['ends'] = [
  ['completed', 'succeeded'],
  ['completed_with_failures', 'partially_succeeded'],
  ['failed', 'failed'],
];

/** How long an answer takes: long enough to be asked again meanwhile. */
const latencyMs = 10;

/**
 * Starts a sandbox with so many migrations, a third at each provider that has many, and one on a portal. Each waits, runs and
 * ends at times that are drawn, the last one `endsByMs` after the start.
 */
export async function startScriptedSandbox(options: {
  readonly seed: number;
  readonly random: Random;
  readonly migrations: number;
  readonly endsByMs: number;
  readonly rateLimit: RateLimit;
}): Promise<ScriptedSandbox> {
  const { seed, random, migrations, endsByMs, rateLimit } = options;
  const sandbox = await createSandbox({ seed, latencyMs, rateLimit, logSize: Number.MAX_SAFE_INTEGER });

  function drawCourse(): Course {
    const waitsForMs = random() * 0.5 * endsByMs;
    return { waitsForMs, runsForMs: random() * (endsByMs - waitsForMs) };
  }

  function drawEnds<Ref, Key extends string>(
    count: number,
    { waits, runs, ends }: Words<Key>,
    keyOf: (ref: Ref) => string,
    add: (timeline: { readonly status: string; readonly forMs?: number }[]) => Ref,
  ) {
    const drawn = Array.from({ length: count }, () => {
      const { waitsForMs, runsForMs } = drawCourse();
      const [word, state] = pick(ends, random);
      const ref = add([
        { status: waits, forMs: waitsForMs },
        { status: runs, forMs: runsForMs },
        { status: word },
      ]);
      return { ref, key: keyOf(ref), state };
    });
    return { refs: drawn.map(({ ref }) => ref), ends: new Map(drawn.map(({ key, state }) => [key, state])) };
  }

  const [outcome, portalEnd] = pick(importEnds, random);
  const { waitsForMs, runsForMs } = drawCourse();
  const portal = await sandbox.onlyoffice.addPortal({
    import: { queuedForMs: waitsForMs, runningForMs: runsForMs, outcome },
  });
  const access = toAccess(sandbox, portal);
  const adapters = createAdapters(access);
  const { velt, snaplogic, genericMigrations }: Sandbox = sandbox;
  const many = migrations - 1;
  const third = Math.floor(many / 3);
  const lanes: readonly ScriptedLane[] = [
    {
      adapter: adapters.velt,
      ...drawEnds(third, veltWords, adapters.velt.key, (timeline) => velt.addMigration({ timeline })),
      requests: velt.requests,
    },
    {
      adapter: adapters.snaplogic,
      ...drawEnds(third, snapLogicWords, adapters.snaplogic.key, (timeline) =>
        snaplogic.addMigration({ timeline }),
      ),
      requests: snaplogic.requests,
    },
    {
      adapter: adapters.genericMigrations,
      ...drawEnds(many - 2 * third, genericWords, adapters.genericMigrations.key, (timeline) =>
        genericMigrations.addMigration({ timeline }),
      ),
      requests: genericMigrations.requests,
    },
    {
      adapter: adapters.portal,
      refs: [{}],
      ends: new Map([[adapters.portal.key({}), portalEnd]]),
      requests: portal.requests,
    },
  ];
  portal.begin('import');
  return { access, lanes, close: () => sandbox.close() };
}
