import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { MigrationState } from '@migration-status/core';
import { numberOf, textOf } from '../../src/database.ts';
import { createDurableTracker } from '../../src/index.ts';
import { openPostgres } from '../../src/postgres-database.ts';
import type { PostgresServer } from '../postgres-server.ts';
import { type Cable, layCable } from './cable.ts';
import { type Script, startProvider } from './provider.ts';
import { createProviderAdapter } from './provider-adapter.ts';
import { createRandom } from './random.ts';

/** What can be done to a worker, or to the database. */
export type Blow = 'kill' | 'freeze' | 'pause' | 'restart';

export interface TortureOptions {
  readonly server: PostgresServer;
  readonly schema: string;
  readonly seed: number;
  readonly migrations: number;
  readonly workers: number;
  readonly lanes: number;
  /** One after another. */
  readonly blows: readonly Blow[];
  /** When the last migration ends, in milliseconds from the start. */
  readonly endsByMs: number;
  /** Of one lane. */
  readonly requestsPerSecond: number;
  readonly burst: number;
  readonly log: (line: string) => void;
}

/** What came of it. */
export interface TortureReport {
  readonly reads: number;
  readonly transitions: number;
  /** Of all processes together, also of the one that looks. */
  readonly databaseTransactions: number;
  /** Migrations that did not settle in their scripted state. */
  readonly wrongEnds: readonly string[];
  /** Migrations whose recorded transitions do not follow on each other. */
  readonly brokenHistories: readonly string[];
  readonly doubleReads: readonly string[];
  readonly busiestSecond: number;
  /** From each blow to a worker until others had all of its shards. */
  readonly takeOversMs: readonly number[];
  /** From SIGTERM to the end of the process. */
  readonly drainsMs: readonly number[];
}

interface Runner {
  readonly child: ChildProcess;
  readonly cable: Cable;
}

const ends: readonly MigrationState[] = ['succeeded', 'failed', 'canceled', 'partially_succeeded'];

/** How long a worker is cut off or stopped: long enough to lose what it has. */
const absenceMs = 12_000;

/** Has workers follow migrations, does things to them, and looks whether anything is lost, doubled or read twice at once. */
export async function torture(options: TortureOptions): Promise<TortureReport> {
  const { server, schema, migrations, lanes: laneCount, requestsPerSecond, burst, endsByMs, log } = options;
  const random = createRandom(options.seed);
  const lanes = Array.from({ length: laneCount }, (_, index) => `lane-${index}`);
  const scripts = new Map<string, Script>();
  for (let index = 0; index < migrations; index += 1) {
    const runsAtMs = random() * 0.5 * endsByMs;
    const endsAtMs = runsAtMs + random() * (endsByMs - runsAtMs);
    const end = ends[Math.floor(random() * ends.length)] ?? 'succeeded';
    scripts.set(`${lanes[index % laneCount]}/m${index}`, { runsAtMs, endsAtMs, end });
  }
  const provider = await startProvider(scripts);
  const adapters = new Map(lanes.map((lane) => [lane, createProviderAdapter(provider.url, lane)]));
  const { connectionString } = server;
  const database = await openPostgres({ connectionString, poolSize: 2, onError: () => {} });
  const looker = await createDurableTracker({
    connectionString,
    schema,
    adapters: [...adapters.values()],
    worker: false,
    onError: () => {},
  });
  const runners: Runner[] = [];
  const takeOvers: Promise<number>[] = [];

  async function startRunner(): Promise<void> {
    const cable = await layCable(server.port);
    const place = connectionString.replace(`:${server.port}/`, `:${cable.port}/`);
    const arguments_ = [place, schema, provider.url, lanes.join(','), requestsPerSecond, burst].map(String);
    const child = fork(path.join(import.meta.dirname, 'worker-process.ts'), arguments_, {
      execArgv: ['--conditions=source'],
    });
    runners.push({ child, cable });
    child.on('message', (message: { readonly error?: string }) => {
      if (message.error) log(`  worker ${child.pid}: ${message.error}`);
    });
    await once(child, 'message');
  }

  /** How long it takes until nothing belongs to a worker any more. */
  async function timeTakeOver({ child }: Runner): Promise<number> {
    const from = performance.now();
    for (;;) {
      const [owned] = await database
        .query(
          `select count(*)::int as count from ${schema}.shards s where owner like $1
             and exists (select from ${schema}.migrations m where m.shard_id = s.id)`,
          [`%-${child.pid}-%`],
        )
        .catch(() => [{ count: 1 }]);
      if (numberOf(owned, 'count') === 0) return performance.now() - from;
      await delay(50);
    }
  }

  async function strike(blow: Blow): Promise<void> {
    const index = Math.floor(random() * runners.length);
    const runner = runners[index];
    if (runner === undefined) return;
    const { child, cable } = runner;
    log(`${blow} ${blow === 'restart' ? 'the database' : child.pid}`);
    if (blow === 'restart') {
      await server.restart();
      return;
    }
    takeOvers.push(timeTakeOver(runner));
    if (blow === 'kill') {
      child.kill('SIGKILL');
      runners.splice(index, 1);
      await once(child, 'exit');
      cable.stop();
      await startRunner();
    } else if (blow === 'freeze') {
      cable.freeze();
      await delay(absenceMs);
      cable.mend();
    } else {
      child.kill('SIGSTOP');
      await delay(absenceMs);
      child.kill('SIGCONT');
    }
  }

  async function stopRunner({ child, cable }: Runner): Promise<number> {
    const from = performance.now();
    const gone = child.exitCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGTERM');
    await gone;
    cable.stop();
    return performance.now() - from;
  }

  try {
    for (let index = 0; index < options.workers; index += 1) await startRunner();
    for (const [lane, adapter] of adapters) {
      const ids = [...scripts.keys()].filter((key) => key.startsWith(`${lane}/`));
      await looker.trackAll(
        adapter,
        ids.map((key) => ({ id: key.slice(lane.length + 1) })),
      );
    }
    log(`tracked ${migrations}`);
    for (const blow of options.blows) {
      await delay(500 + random() * 2_500);
      await strike(blow);
    }
    const takeOversMs = await Promise.all(takeOvers);
    await waitFor(async () => (await looker.count()).unsettled === 0, 3 * endsByMs + 120_000);
    const drainsMs = await Promise.all(runners.splice(0).map(stopRunner));
    const rows = await database.query(
      `select m.key, m.state, m.stopped, coalesce(string_agg(
         t.sequence || ':' || coalesce(t.from_state, '') || '>' || t.to_state, ' ' order by t.sequence), '') as history
       from ${schema}.migrations m left join ${schema}.transitions t on t.migration_id = m.id group by m.id`,
    );
    const [activity] = await database.query(
      'select xact_commit::int as count from pg_stat_database where datname = current_database()',
    );
    const transitions = rows.reduce((sum, row) => sum + textOf(row, 'history').split(' ').length, 0);
    const isWrong = (key: string) => {
      const row = rows.find((candidate) => textOf(candidate, 'key') === `torture/${key}`);
      return textOf(row, 'state') !== scripts.get(key)?.end || textOf(row, 'stopped') !== 'settled';
    };
    return {
      reads: provider.reads,
      transitions,
      databaseTransactions: numberOf(activity, 'count'),
      wrongEnds: [...scripts.keys()].filter(isWrong),
      brokenHistories: rows.map((row) => textOf(row, 'history')).filter((history) => !isWhole(history)),
      doubleReads: provider.doubleReads,
      busiestSecond: provider.toBusiestSecond(),
      takeOversMs,
      drainsMs,
    };
  } finally {
    for (const { child, cable } of runners) {
      child.kill('SIGKILL');
      cable.stop();
    }
    await looker.close();
    await database.close();
    provider.stop();
  }
}

/** Whether transitions are numbered without a gap, each begins where the one before it ended, and none goes back. */
function isWhole(history: string): boolean {
  const order = ['', 'pending', 'running', 'end'];
  const steps = history.split(' ').map((step) => {
    const [sequence = '', change = ''] = step.split(':');
    const [from = '', to = ''] = change.split('>');
    return { sequence: Number(sequence), from, to };
  });
  return steps.every(({ sequence, from, to }, index) => {
    const rankOf = (state: string) => (order.includes(state) ? order.indexOf(state) : 3);
    return sequence === index + 1 && from === (steps[index - 1]?.to ?? '') && rankOf(from) < rankOf(to);
  });
}

async function waitFor(isSo: () => Promise<boolean>, limitMs: number): Promise<void> {
  const endsAt = performance.now() + limitMs;
  while (!(await isSo().catch(() => false))) {
    if (performance.now() > endsAt) throw new Error(`It did not come to an end within ${limitMs} ms`);
    await delay(100);
  }
}

function delay(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}
