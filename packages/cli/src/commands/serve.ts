import { ConfigurationError, createStatusView, describeCount } from '@migration-status/core';
import type { RowAction } from '@migration-status/dashboard';
import type { HealthSource } from '@migration-status/durable';
import { readCredential } from '../config/read-credential.ts';
import { loadDurable } from '../database/load-durable.ts';
import { describeError } from '../describe-error.ts';
import { signalExitCodes } from '../exit-codes.ts';
import { createSayer } from '../say-seldom.ts';
import { toListenError } from '../serve/listen-error.ts';
import { openServedDatabase, openServedHere, type Served } from '../serve/open-served.ts';
import {
  loopbackHosts,
  loopbackNames,
  parseServeAccess,
  type ServeAccessFlags,
  toName,
} from '../serve/parse-serve-flags.ts';
import { withProbes } from '../serve/with-probes.ts';
import { type Surroundings, toInterruptingSignal } from '../surroundings.ts';
import { whenAborted } from '../when-aborted.ts';
import type { SourceFlags } from './flags.ts';
import { openAccounts } from './open-accounts.ts';

/** The flags of `serve`. */
export interface ServeFlags extends SourceFlags, ServeAccessFlags {
  readonly ref?: string | undefined;
  readonly title?: string | undefined;
  /** What whoever sees the page may do. */
  readonly allow?: readonly string[] | undefined;
  readonly native?: boolean | undefined;
}

/**
 * Shows migrations as a web page, as JSON and as a stream of events, until it is interrupted: those that are asked for, and on
 * a database all that are there; there it answers probes too. Gives the exit code.
 */
export async function serve(
  addresses: readonly string[],
  flags: ServeFlags,
  surroundings: Surroundings,
): Promise<number> {
  const access = parseServeAccess(flags);
  const { environment, interruption, stdout, stderr } = surroundings;
  const opened = await openAccounts(flags, surroundings);
  const token =
    access.token && (await readCredential(access.token, '--token', { environment, folder: opened.folder }));
  const tell = createSayer((message) => stderr.write(`${message}\n`));
  const open = opened.config.database === undefined ? openServedHere : openServedDatabase;
  await using served = await open({ addresses, flags, opened, surroundings, tell });
  const { createStatusHandler, listen } = await loadServer();
  using view = createStatusView(served.source);
  const handler = createStatusHandler(view, {
    title: flags.title,
    hosts: access.hosts,
    token,
    native: flags.native,
    onActionError: (error) => tell(describeError(error).message),
    actions: toActions(served).filter(({ name }) => flags.allow?.includes(name)),
  });
  const { health } = served;
  const answer = health ? withProbes(handler, await createProbes(health, access.host)) : handler;
  await using server = await listen(answer, access).catch((error) => {
    throw toListenError(error, access, '--port');
  });
  stdout.write(`http://${toName(access.host)}:${server.port}/\n`);
  stderr.write(`${describeShown(view.getSnapshot().total)} shown there until Ctrl-C.\n`);
  await whenAborted(interruption);
  handler.close();
  const signal = toInterruptingSignal(interruption);
  return signal === undefined ? 0 : signalExitCodes[signal];
}

function describeShown(total: number): string {
  return total === 1 ? '1 migration is' : `${describeCount(total)} migrations are`;
}

/** Probes ask by an address, and without a token; on this machine they go by its names. */
async function createProbes(health: HealthSource, host: string) {
  const { createHealthHandler } = await loadDurable();
  return createHealthHandler(health, loopbackHosts.includes(host) ? { hosts: loopbackNames } : {});
}

/** Only who serves loads a server. */
async function loadServer() {
  try {
    const [{ createStatusHandler }, { listen }] = await Promise.all([
      import('@migration-status/dashboard'),
      import('../serve/listen.ts'),
    ]);
    return { createStatusHandler, listen };
  } catch (cause) {
    const message = 'serve needs @migration-status/dashboard and @hono/node-server, which are not installed';
    throw new ConfigurationError({ option: 'serve', message, cause });
  }
}

function toActions({ findAdapter, refresh }: Served): readonly RowAction[] {
  return [
    { name: 'refresh', run: refresh },
    {
      name: 'cancel',
      isOffered: (row) => row.stopped !== 'settled' && findAdapter(row)?.cancel !== undefined,
      run: async (row) => {
        await findAdapter(row)?.cancel?.(row.ref);
      },
    },
  ];
}
