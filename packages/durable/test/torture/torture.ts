import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createSeededRandom, pick, type Random } from '../../../testkit/src/seeded-random.ts';
import { type Database, numberOf, textOf } from '../../src/database/database.ts';
import { toJobSchema } from '../../src/database/names.ts';
import { openPostgres } from '../../src/database/postgres-database.ts';
import { createDurableTracker, type DurableTracker } from '../../src/index.ts';
import { shardQueue } from '../../src/schema/shard-queue.ts';
import { type Cable, layCable } from '../cable.ts';
import type { PostgresServer } from '../postgres-server.ts';
import { toBusiestSecond } from './request-counts.ts';
import { type ScriptedLane, startScriptedSandbox } from './scripted-sandbox.ts';
import type { WorkerOrders } from './worker-process.ts';

/** Everything that can be done to a worker, to the database, or to the network between them. */
export const blows = ['kill', 'drain', 'pause', 'freeze', 'restart', 'cut'] as const;

/**
 * `kill` and `drain` end a worker with SIGKILL and SIGTERM, and start another; `pause` stops one for a while; `freeze` cuts
 * one off from the database for a while, and `cut` all processes at once; `restart` is the database's.
 */
export type Blow = (typeof blows)[number];

export interface TortureOptions {
  readonly server: PostgresServer;
  readonly schema: string;
  readonly seed: number;
  /** At two sandboxes of four providers each. */
  readonly migrations: number;
  readonly workers: number;
  /** One after another. */
  readonly blows: readonly Blow[];
  /** When the last migration ends, in milliseconds from the start. */
  readonly endsByMs: number;
  /** Of one lane, among all workers. */
  readonly requestsPerSecond: number;
  readonly burst: number;
  /** Above how many migrations a lane is cut in two. */
  readonly splitAbove: number;
  readonly log: (line: string) => void;
}

/** What came of it. */
export interface TortureReport {
  readonly requests: number;
  readonly transitions: number;
  /** Of all processes together, also of the one that looks. */
  readonly databaseTransactions: number;
  /** How many shards there have been; some of them are put together again once they are small. */
  readonly shards: number;
  /** Migrations that did not settle in their scripted state. */
  readonly wrongEnds: readonly string[];
  /** Recorded transitions of migrations where they do not follow on each other. */
  readonly brokenHistories: readonly string[];
  /** How many transitions have no effect, or more than one. */
  readonly wrongEffects: number;
  /** Migrations of whose end the process that looks has not heard, or more than once. */
  readonly wrongNews: readonly string[];
  /** Migrations that were read twice at once. */
  readonly doubleReads: readonly string[];
  /** How many requests the providers refused because there were too many. */
  readonly refusals: number;
  /** The most requests of one lane in any second. */
  readonly busiestSecond: number;
  /** From each blow that takes a worker away until others had all of its shards, the time without a database left out. */
  readonly takeOversMs: readonly number[];
  /** From the end of each time without a database until all shards had a living holder. */
  readonly recoveriesMs: readonly number[];
  /** From SIGTERM to the end of the process. */
  readonly drainsMs: readonly number[];
}

interface Runner {
  readonly child: ChildProcess;
  readonly cable: Cable;
}

/** How long something is cut off or stopped: long enough for a worker to lose what it has. */
const absenceMs = 12_000;

const sandboxCount = 2;

/** Only one migration in fifty has effects, so that they are not what most of the time goes into. */
const effectEvery = 50;

/** How many migrations are tracked at once. */
const sliceSize = 250;

/** Has workers follow migrations, does things to them, and looks whether anything is lost, doubled or read twice at once. */
export async function torture(options: TortureOptions): Promise<TortureReport> {
  const { server, schema, migrations, requestsPerSecond, burst, splitAbove, endsByMs, seed, log } = options;
  const random = createSeededRandom(seed);
  const sandboxes = await Promise.all(
    Array.from({ length: sandboxCount }, (_, index) =>
      startScriptedSandbox({
        seed: seed * sandboxCount + index,
        random,
        migrations: Math.floor((migrations + index) / sandboxCount),
        endsByMs,
        // A second's worth more than the policy allows in ten: requests are late on their way now and then.
        rateLimit: { requests: burst + 11 * requestsPerSecond, perMs: 10_000 },
      }),
    ),
  );
  const lanes = sandboxes.flatMap((sandbox) => sandbox.lanes);
  const database = await openPostgres({
    connectionString: server.connectionString,
    poolSize: 4,
    onError: () => {},
  });
  await database.run(`create table ${schema}_effects (migration_id bigint, sequence bigint)`);
  const lookerCable = await layCable(server.port);
  const looker = await createDurableTracker({
    connectionString: toCabled(lookerCable),
    schema,
    adapters: lanes.map(({ adapter }) => adapter),
    worker: false,
    onError: (error) => log(`  looker: ${error}`),
  });
  const heard = countEnds(looker);
  const runners: Runner[] = [];
  const takeOvers: Promise<number>[] = [];
  const recoveriesMs: number[] = [];
  const drainsMs: number[] = [];
  /** When the database was last there again. */
  let reachableSince = 0;

  function toCabled({ port }: Cable): string {
    return server.connectionString.replace(`:${server.port}/`, `:${port}/`);
  }

  async function startRunner(): Promise<void> {
    const cable = await layCable(server.port);
    const orders: WorkerOrders = {
      connectionString: toCabled(cable),
      schema,
      accesses: sandboxes.map(({ access }) => access),
      requestsPerSecond,
      burst,
      splitAbove,
      effectEvery,
    };
    const child = fork(path.join(import.meta.dirname, 'worker-process.ts'), [JSON.stringify(orders)], {
      execArgv: ['--conditions=source'],
    });
    runners.push({ child, cable });
    child.on('message', (message: { readonly error?: string }) => {
      if (message.error) log(`  worker ${child.pid}: ${message.error}`);
    });
    await once(child, 'message');
  }

  /** Gives how long it takes, from its call on, until everything that a worker holds now has gone over to others. */
  async function createTakeOverClock({ child }: Runner): Promise<() => Promise<number>> {
    const held = await listHeldShards(database, schema, child.pid ?? 0);
    return async () => {
      const from = performance.now();
      while ((await countUnclaimed(database, schema, held).catch(() => 1)) > 0) await delay(50);
      return performance.now() - Math.max(from, reachableSince);
    };
  }

  async function noteRecovery(): Promise<void> {
    reachableSince = performance.now();
    recoveriesMs.push(await timeRecovery(database, schema));
  }

  async function strike(blow: Blow): Promise<void> {
    if (blow === 'restart') {
      log('restart the database');
      await server.restart();
      await noteRecovery();
      return;
    }
    if (blow === 'cut') {
      log('cut all off from the database');
      const cables = [lookerCable, ...runners.map(({ cable }) => cable)];
      for (const cable of cables) cable.freeze();
      await delay(absenceMs);
      for (const cable of cables) cable.mend();
      await noteRecovery();
      return;
    }
    const runner = pick(runners, random);
    const { child, cable } = runner;
    log(`${blow} ${child.pid}`);
    const startClock = await createTakeOverClock(runner);
    if (blow === 'kill' || blow === 'drain') {
      runners.splice(runners.indexOf(runner), 1);
      takeOvers.push(startClock());
      if (blow === 'drain') drainsMs.push(await stopRunner(runner));
      else await endProcess(child, 'SIGKILL');
      cable.stop();
      await startRunner();
      return;
    }
    takeOvers.push(startClock());
    if (blow === 'freeze') cable.freeze();
    else child.kill('SIGSTOP');
    await delay(absenceMs);
    if (blow === 'freeze') cable.mend();
    else child.kill('SIGCONT');
  }

  try {
    for (let index = 0; index < options.workers; index += 1) await startRunner();
    const tracking = trackAll(looker, lanes, options, random);
    for (const blow of options.blows) {
      await delay(500 + random() * 2_500);
      await strike(blow);
    }
    await tracking;
    const takeOversMs = await Promise.all(takeOvers);
    await waitFor(async () => (await looker.count()).unsettled === 0, 3 * endsByMs + 120_000);
    const [made] = await database.query(`select last_value::int as count from ${schema}.shards_id_seq`);
    drainsMs.push(...(await Promise.all(runners.splice(0).map(stopRunner))));
    await waitFor(async () => heard.size >= migrations, 20_000).catch(() => {});
    const ended = lanes.flatMap(({ ends }) => [...ends]);
    const histories = await readHistories(database, schema);
    const requests = lanes.flatMap((lane) => lane.requests);
    return {
      requests: requests.length,
      transitions: [...histories.values()].reduce((sum, { history }) => sum + history.split(' ').length, 0),
      databaseTransactions: await countDatabaseTransactions(database),
      shards: numberOf(made, 'count'),
      wrongEnds: ended.filter(([key, state]) => histories.get(key)?.end !== state).map(([key]) => key),
      brokenHistories: [...histories.values()]
        .map(({ history }) => history)
        .filter((history) => !isWhole(history)),
      wrongEffects: await countWrongEffects(database, schema),
      wrongNews: ended
        .filter(([key]) => heard.get(key) !== 1)
        .map(([key]) => `${key}: told ${heard.get(key) ?? 0} times`),
      doubleReads: requests.flatMap(({ overlaps = [] }) => overlaps),
      refusals: requests.filter(({ status }) => status === 429).length,
      busiestSecond: Math.max(...lanes.map((lane) => toBusiestSecond(lane.requests))),
      takeOversMs,
      recoveriesMs,
      drainsMs,
    };
  } finally {
    for (const { child, cable } of runners) {
      child.kill('SIGKILL');
      cable.stop();
    }
    await looker.close();
    lookerCable.stop();
    await database.close();
    await Promise.all(sandboxes.map((sandbox) => sandbox.close()));
  }
}

/** Tracks everything bit by bit while the blows fall; what may not have been stored is tracked again. */
async function trackAll(
  looker: DurableTracker,
  lanes: readonly ScriptedLane[],
  { migrations, endsByMs, log }: TortureOptions,
  random: Random,
): Promise<void> {
  const pauseMs = (0.3 * endsByMs) / Math.ceil(migrations / sliceSize);
  for (const { adapter, refs } of lanes) {
    for (let from = 0; from < refs.length; from += sliceSize) {
      const slice = refs.slice(from, from + sliceSize);
      while (!(await looker.trackAll(adapter, slice).then(Number.isFinite, () => false))) await delay(200);
      await delay(pauseMs * (0.5 + random()));
    }
  }
  log(`tracked ${migrations}`);
}

/** How often each migration was told to have ended. */
function countEnds(looker: DurableTracker): ReadonlyMap<string, number> {
  const heard = new Map<string, number>();
  looker.on('settled', ({ row: { key } }) => heard.set(key, (heard.get(key) ?? 0) + 1));
  return heard;
}

interface HeldShards {
  readonly ids: readonly string[];
  readonly epochs: readonly string[];
}

const hasMigrations = (schema: string) =>
  `exists (select from ${schema}.migrations m where m.shard_id = s.id)`;

async function listHeldShards(database: Database, schema: string, pid: number): Promise<HeldShards> {
  const rows = await database.query(
    `select id::text as id, epoch::text as epoch from ${schema}.shards s where owner ~ $1 and ${hasMigrations(schema)}`,
    [`-${pid}-[0-9a-f]+$`],
  );
  return { ids: rows.map((row) => textOf(row, 'id')), epochs: rows.map((row) => textOf(row, 'epoch')) };
}

/** How many shards that are not empty nobody has claimed since. */
async function countUnclaimed(
  database: Database,
  schema: string,
  { ids, epochs }: HeldShards,
): Promise<number> {
  const [unclaimed] = await database.query(
    `select count(*)::int as count from unnest($1::bigint[], $2::bigint[]) as held (id, epoch)
     join ${schema}.shards s using (id, epoch) where ${hasMigrations(schema)}`,
    [ids, epochs],
  );
  return numberOf(unclaimed, 'count');
}

async function timeRecovery(database: Database, schema: string): Promise<number> {
  const from = performance.now();
  let since = '';
  for (;;) {
    try {
      const [now] = since === '' ? await database.query('select now()::text as now') : [];
      since ||= textOf(now, 'now');
      const [silent] = await database.query(
        `select count(*)::int as count from ${schema}.shards s where ${hasMigrations(schema)} and not exists (
           select from ${toJobSchema(schema)}.job j
           where j.name = '${shardQueue}' and j.singleton_key = s.id::text and j.state = 'active'
             and greatest(j.started_on, j.heartbeat_on) > $1::timestamptz
         )`,
        [since],
      );
      if (numberOf(silent, 'count') === 0) return performance.now() - from;
    } catch {
      // It is not quite there yet.
    }
    await delay(50);
  }
}

interface History {
  /** The state it has settled in. */
  readonly end: string | undefined;
  /** All of its transitions, as `1:>pending 2:pending>running`. */
  readonly history: string;
}

async function readHistories(database: Database, schema: string): Promise<ReadonlyMap<string, History>> {
  const rows = await database.query(
    `select m.key, m.state, m.stopped, coalesce(string_agg(
       t.sequence || ':' || coalesce(t.from_state, '') || '>' || t.to_state, ' ' order by t.sequence), '') as history
     from ${schema}.migrations m left join ${schema}.transitions t on t.migration_id = m.id group by m.id`,
  );
  return new Map(
    rows.map((row) => [
      textOf(row, 'key'),
      {
        end: row.stopped === 'settled' ? textOf(row, 'state') : undefined,
        history: textOf(row, 'history'),
      },
    ]),
  );
}

async function countWrongEffects(database: Database, schema: string): Promise<number> {
  const [wrong] = await database.query(
    `select count(*)::int as count from (
       select migration_id, sequence, count(e.migration_id) as effects from (
         select migration_id, sequence from ${schema}.transitions where migration_id % ${effectEvery} = 0
       ) as t full join ${schema}_effects e using (migration_id, sequence) group by 1, 2
     ) as counted where effects <> 1`,
  );
  return numberOf(wrong, 'count');
}

async function countDatabaseTransactions(database: Database): Promise<number> {
  const [activity] = await database.query(
    'select xact_commit::int as count from pg_stat_database where datname = current_database()',
  );
  return numberOf(activity, 'count');
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

async function stopRunner({ child, cable }: Runner): Promise<number> {
  const from = performance.now();
  await endProcess(child, 'SIGTERM');
  cable.stop();
  return performance.now() - from;
}

async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
  child.kill(signal);
  await gone;
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
