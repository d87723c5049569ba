import { requireCount, requireDuration, requireKnownKeys, requireWebUrl } from './argument-checks.ts';
import type { GenericMigrationsSandbox } from './generic-migrations/generic-migrations-provider.ts';
import { startGenericMigrations } from './generic-migrations/generic-migrations-provider.ts';
import type { OnlyOfficeSandbox } from './onlyoffice/onlyoffice-provider.ts';
import { startOnlyOffice } from './onlyoffice/onlyoffice-provider.ts';
import { type RateLimit, requireRateLimit } from './rate-limiter.ts';
import { createSandboxClock } from './sandbox-clock.ts';
import type { SnapLogicSandbox } from './snaplogic/snaplogic-provider.ts';
import { startSnapLogic } from './snaplogic/snaplogic-provider.ts';
import type { VeltSandbox } from './velt/velt-provider.ts';
import { startVelt } from './velt/velt-provider.ts';

/** What a sandbox is started with. */
export interface SandboxOptions {
  /** A whole number; the same one gives the same ids, credentials and generated timelines. Default 1. */
  readonly seed?: number | undefined;
  /** How much faster than the clock provider time runs: at 60, `forMs: 60_000` lasts one second. Default 1. */
  readonly timeScale?: number | undefined;
  /**
   * The clock, in milliseconds since the epoch. Default `Date.now`. Every answer is computed from it and no
   * timer drives a timeline, so a test that passes its own clock decides when anything happens.
   */
  readonly now?: (() => number) | undefined;
  /** Where the Migrations API sends its webhooks. Default: nowhere, until `genericMigrations.webhooks.url` is set. */
  readonly webhookUrl?: string | undefined;
  /**
   * The first port to listen on. Velt has it, SnapLogic the next, the Migrations API the one after that, and then come the
   * portals of ONLYOFFICE in the order in which they are added. Default 0: each has a free one.
   */
  readonly port?: number | undefined;
  /** How long each answer takes, in real milliseconds. Default 0. */
  readonly latencyMs?: number | undefined;
  /** What each account, and each portal, may ask; more is refused with the provider's 429. Default: everything. */
  readonly rateLimit?: RateLimit | undefined;
  /** How many requests each log keeps. Default 10 000. */
  readonly logSize?: number | undefined;
}

/** Four providers' APIs, listening on loopback. */
export interface Sandbox extends AsyncDisposable {
  readonly velt: VeltSandbox;
  readonly onlyoffice: OnlyOfficeSandbox;
  readonly snaplogic: SnapLogicSandbox;
  readonly genericMigrations: GenericMigrationsSandbox;
  /** Stops all servers and destroys every open connection, hanging and slow ones too. May be called again. */
  close(): Promise<void>;
}

/**
 * Starts the four providers' APIs on loopback, each on a port of 127.0.0.1. The servers keep the process
 * alive until `close`.
 *
 * @example
 * ```ts
 * import { createSandbox } from '@migration-status/sandbox';
 *
 * const sandbox = await createSandbox({ seed: 7, timeScale: 60 });
 * const { organizationId, migrationId } = sandbox.velt.addMigration({
 *   timeline: [{ status: 'pending', forMs: 60_000 }, { status: 'completed' }],
 * });
 * const response = await fetch(`${sandbox.velt.baseUrl}/v2/organizations/documents/migrate/status`, {
 *   method: 'POST',
 *   headers: {
 *     'x-velt-api-key': sandbox.velt.credentials.apiKey,
 *     'x-velt-auth-token': sandbox.velt.credentials.authToken,
 *     'content-type': 'application/json',
 *   },
 *   body: JSON.stringify({ data: { organizationId, migrationId } }),
 * });
 * console.log(await response.json());
 * await sandbox.close();
 * ```
 *
 * @throws Error when an option is not valid.
 */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  requireKnownKeys('createSandbox', options, [
    'seed',
    'timeScale',
    'now',
    'webhookUrl',
    'port',
    'latencyMs',
    'rateLimit',
    'logSize',
  ]);
  const { seed = 1, timeScale = 1, now = () => Date.now(), webhookUrl, port = 0 } = options;
  if (!Number.isSafeInteger(seed)) throw new Error(`seed must be a whole number; got ${String(seed)}`);
  if (!Number.isFinite(timeScale) || timeScale <= 0) {
    throw new Error(`timeScale must be a finite number above 0; got ${String(timeScale)}`);
  }
  if (typeof now !== 'function') throw new Error('now must be a function that returns milliseconds');
  if (!Number.isSafeInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`port must be a whole number from 0 to 65535; got ${String(port)}`);
  }

  if (webhookUrl !== undefined) requireWebUrl('webhookUrl', webhookUrl);
  const { latencyMs = 0, rateLimit, logSize = 10_000 } = options;
  requireDuration('latencyMs', latencyMs);
  if (rateLimit !== undefined) requireRateLimit(rateLimit);
  requireCount('logSize', logSize);

  let portsTaken = 0;
  const nextPort = () => {
    portsTaken += 1;
    return port === 0 ? 0 : port + portsTaken - 1;
  };
  const isTimed = options.now === undefined;
  const clock = createSandboxClock(now, timeScale);
  const setup = { clock, seed, isTimed, webhookUrl, latencyMs, rateLimit, logSize, nextPort };
  const starting = [
    startVelt(setup),
    startSnapLogic(setup),
    startGenericMigrations(setup),
    startOnlyOffice(setup),
  ] as const;

  async function close(): Promise<void> {
    const running = await Promise.allSettled(starting);
    await Promise.all(running.map((start) => start.status === 'fulfilled' && start.value.close()));
  }

  // Who cannot have one port must not keep the others.
  const [velt, snaplogic, genericMigrations, onlyoffice] = await Promise.all(starting).catch(
    async (error) => {
      await close();
      throw error;
    },
  );

  return {
    velt: velt.provider,
    onlyoffice: onlyoffice.provider,
    snaplogic: snaplogic.provider,
    genericMigrations: genericMigrations.provider,
    close,
    [Symbol.asyncDispose]: close,
  };
}
