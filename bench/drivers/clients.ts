import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientReport } from './client-report.ts';
import type { Orders } from './driver.ts';
import type { DriverName } from './load-driver.ts';

/** What clients did within a while, together. */
export interface Pace {
  readonly perSecond: number;
  readonly cycles: number;
  /** CPU of the clients per cycle, without their servers, in microseconds. */
  readonly cpuMicros: number;
  /** Of the largest. */
  readonly rssBytes: number;
}

/** Workers of one driver, each a process. */
export interface Clients {
  /** How many cycles they have done, and how many migrations they hold. */
  look(): Promise<Pick<ClientReport, 'cycles' | 'held'>>;
  /** Lets them read, after they hold what they are to read. */
  begin(): void;
  /** Watches them for that long, in milliseconds. */
  watch(durationMs: number): Promise<Pace>;
  stop(): Promise<void>;
}

const clientPath = path.join(import.meta.dirname, 'client.ts');

/** Starts as many as the orders say; resolves once all of them are at it. */
export async function startClients(driver: DriverName, orders: Orders): Promise<Clients> {
  const clients = await Promise.all(
    Array.from({ length: orders.workers }, () => startClient(driver, orders)),
  );

  return {
    async look() {
      const reports = await Promise.all(clients.map(look));
      return {
        cycles: sum(reports.map(({ cycles }) => cycles)),
        held: sum(reports.map(({ held }) => held)),
      };
    },
    begin() {
      for (const client of clients) client.send('begin');
    },
    async watch(durationMs) {
      const before = await Promise.all(clients.map(look));
      await sleep(durationMs);
      const after = await Promise.all(clients.map(look));
      const parts = before.flatMap((from, index) => {
        const to = after[index];
        return to ? [toPart(from, to)] : [];
      });
      const cycles = sum(parts.map((part) => part.cycles));
      return {
        cycles,
        perSecond: sum(parts.map((part) => (1_000 * part.cycles) / part.ms)),
        cpuMicros: sum(parts.map((part) => part.cpuMicros)) / Math.max(1, cycles),
        rssBytes: Math.max(...after.map(({ rssBytes }) => rssBytes)),
      };
    },
    async stop() {
      await Promise.all(clients.map(stopClient));
    },
  };
}

async function startClient(driver: DriverName, orders: Orders): Promise<ChildProcess> {
  const { url, gapMs, workers, isChanging } = orders;
  const child = fork(clientPath, [driver, url, ...[gapMs, workers, isChanging].map(String)], {
    execArgv: ['--conditions=source', '--max-old-space-size=8192'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await listen(child);
  return child;
}

async function look(child: ChildProcess): Promise<ClientReport> {
  const answer = listen(child);
  child.send('look');
  return answer;
}

async function listen(child: ChildProcess): Promise<ClientReport> {
  const ended = new AbortController();
  const end = once(child, 'exit', { signal: ended.signal }).then(([code, signal]) => {
    throw new Error(`a client ended with ${signal ?? code}`);
  });
  try {
    const [report]: ClientReport[] = await Promise.race([once(child, 'message'), end]);
    if (report === undefined) throw new Error('a client has said nothing');
    return report;
  } finally {
    end.catch(() => {});
    ended.abort();
  }
}

const stopMs = 8_000;

async function stopClient(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = once(child, 'exit');
  child.send('stop');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
  await gone;
  clearTimeout(timer);
}

function toPart(from: ClientReport, to: ClientReport) {
  return { ms: to.at - from.at, cycles: to.cycles - from.cycles, cpuMicros: to.cpuMicros - from.cpuMicros };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
