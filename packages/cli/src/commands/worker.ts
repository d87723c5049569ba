import { setTimeout as delay } from 'node:timers/promises';
import { ConfigurationError, MigrationStatusError } from '@migration-status/core';
import type { DurableWorker, HealthSource } from '@migration-status/durable';
import { loadAdapters } from '../address/load-adapters.ts';
import { loadDurable, loadMetrics } from '../database/load-durable.ts';
import { describeDatabase, requireDatabase, toDatabasePlace } from '../database/to-database-place.ts';
import { exitCodes, signalExitCodes } from '../exit-codes.ts';
import { toPlainText } from '../render/plain-text.ts';
import { createSayer } from '../say-seldom.ts';
import { toListenError } from '../serve/listen-error.ts';
import { loopbackHosts, loopbackNames, parsePort, toName } from '../serve/parse-serve-flags.ts';
import { type Surroundings, toInterruptingSignal } from '../surroundings.ts';
import { whenAborted } from '../when-aborted.ts';
import type { LogFormat } from '../worker/log-words.ts';
import { describeShard, toWorkerLine, type WorkerNews } from '../worker/worker-lines.ts';
import type { SourceFlags } from './flags.ts';
import { openAccounts } from './open-accounts.ts';

/** The flags of `worker`. */
export interface WorkerFlags extends SourceFlags {
  readonly log: LogFormat;
  readonly healthPort?: string | undefined;
  readonly healthHost: string;
  /** Whether to tell OpenTelemetry. */
  readonly metrics?: boolean | undefined;
  /** Whether to bring the schema up to date first. */
  readonly migrate?: boolean | undefined;
}

/** How long a database that cannot be reached is left alone before the next try. */
const retryMs = 2_000;

/** How often it is looked whether a trouble is over. */
const recheckMs = 1_000;

/**
 * Follows the migrations of the database, together with all other workers on it, until it is interrupted; then hands over what
 * it follows. A database that cannot be reached is waited for. Gives the exit code.
 */
export async function worker(flags: WorkerFlags, surroundings: Surroundings): Promise<number> {
  const { environment, interruption, stdout } = surroundings;
  const opened = await openAccounts(flags, surroundings);
  const database = requireDatabase(opened.config.database);
  const place = await toDatabasePlace(opened, environment);
  const adapters = await loadAdapters([], opened);
  if (adapters.length === 0) {
    const message = 'a worker needs "accounts" in the configuration: it follows the migrations of those';
    throw new ConfigurationError({ option: 'accounts', message });
  }
  const { createDurableWorker, createHealthHandler } = await loadDurable();
  const metrics = flags.metrics ? await loadMetrics() : undefined;

  const log = (news: WorkerNews) =>
    stdout.write(`${toWorkerLine(news, new Date().toISOString(), flags.log)}\n`);
  const logError = createSayer((message: string, code?: string) =>
    log({ type: 'error', message, ...(code !== undefined && { code }) }),
  );
  let running: DurableWorker | undefined;
  let isTroubled = false;

  function onError(error: unknown): void {
    if (interruption.aborted) return;
    const { kind, code } = MigrationStatusError.isInstance(error) ? error : {};
    isTroubled ||= kind === 'database';
    logError(toPlainText(error instanceof Error ? error.message : String(error)), code);
  }

  /** While there is no worker yet the process lives, and the database is what it waits for. */
  const health: HealthSource = {
    checkLife: () => running?.checkLife() ?? [{ name: 'loop', isOk: true }],
    checkReadiness: async () =>
      running?.checkReadiness() ?? [{ name: 'database', isOk: false, code: 'database_unreachable' }],
  };

  async function open(): Promise<DurableWorker | undefined> {
    while (!interruption.aborted) {
      try {
        return await createDurableWorker({
          ...place,
          adapters,
          policy: opened.config.policy,
          retainMs: database.retainMs,
          retainTransitions: database.retainTransitions,
          migrate: flags.migrate ?? place.dataDir !== undefined,
          onShard: (event) => log({ type: 'shard', message: describeShard(event), ...event }),
          onError,
          onNotice: (message) => log({ type: 'notice', message }),
        });
      } catch (error) {
        if (!MigrationStatusError.isInstance(error) || error.code !== 'database_unreachable') throw error;
        onError(error);
        await delay(retryMs, undefined, { signal: interruption }).catch(() => {});
      }
    }
    return undefined;
  }

  async function tellRecovery(): Promise<void> {
    if (!isTroubled || running === undefined) return;
    isTroubled = false;
    const checks = await running.checkReadiness();
    if (checks.some(({ isOk }) => !isOk)) isTroubled = true;
    else if (!isTroubled) log({ type: 'ready', message: 'The worker is at work again' });
  }

  await using server = await listenForProbes(flags, createHealthHandler, health);
  if (server) log({ type: 'health', message: `Probes are answered at ${server.url}`, url: server.url });
  running = await open();
  const endMetrics = running && metrics?.observeDurable(running);
  if (running !== undefined) {
    const accounts = [...new Set(adapters.map(({ provider }) => provider))];
    const message = `Following what ${accounts.join(', ')} have in ${describeDatabase(database)}`;
    log({ type: 'started', message, accounts });
  }
  const rechecking = setInterval(() => void tellRecovery(), recheckMs);
  await whenAborted(interruption);
  clearInterval(rechecking);
  const signal = toInterruptingSignal(interruption) ?? 'SIGTERM';
  log({ type: 'draining', message: `${signal}: handing over; once more ends it at once`, signal });
  const began = performance.now();
  await running?.close();
  const drainMs = Math.round(performance.now() - began);
  const reads = running?.measure().requests.reduce((sum, count) => sum + count.reads, 0) ?? 0;
  endMetrics?.();
  log({ type: 'stopped', message: `Ended within ${drainMs} ms, after ${reads} reads`, drainMs, reads });
  return interruption.aborted ? signalExitCodes[signal] : exitCodes.succeeded;
}

/** Answers probes where that is asked for: to this machine, unless another host is named. */
async function listenForProbes(
  { healthPort, healthHost: host }: WorkerFlags,
  createHealthHandler: Awaited<ReturnType<typeof loadDurable>>['createHealthHandler'],
  health: HealthSource,
) {
  if (healthPort === undefined) return undefined;
  const port = parsePort('--health-port', healthPort);
  const isLoopback = loopbackHosts.includes(host);
  const handler = createHealthHandler(health, isLoopback ? { hosts: loopbackNames } : {});
  const { listen } = await loadServer();
  const server = await listen(handler, { host, port }).catch((error) => {
    throw toListenError(error, { host, port }, '--health-port');
  });
  return { ...server, url: `http://${toName(host)}:${server.port}/readyz` };
}

async function loadServer() {
  try {
    return await import('../serve/listen.ts');
  } catch (cause) {
    const message = '--health-port needs the package @hono/node-server, which is not installed';
    throw new ConfigurationError({ option: '--health-port', message, cause });
  }
}
