import { ConfigurationError, createStatusView, createTracker } from '@migration-status/core';
import type { RowAction } from '@migration-status/dashboard';
import { resolveTargets } from '../address/resolve-targets.ts';
import { readCredential } from '../config/read-credential.ts';
import { describeError } from '../describe-error.ts';
import { signalExitCodes } from '../exit-codes.ts';
import type { Target } from '../follow-targets.ts';
import {
  parseServeAccess,
  type ServeAccess,
  type ServeAccessFlags,
  toName,
} from '../serve/parse-serve-flags.ts';
import { openStore } from '../store/open-store.ts';
import { toResume } from '../store/to-resume.ts';
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

/** Shows migrations as a web page, as JSON and as a stream of events, until it is interrupted. Gives the exit code. */
export async function serve(
  addresses: readonly string[],
  flags: ServeFlags,
  surroundings: Surroundings,
): Promise<number> {
  const access = parseServeAccess(flags);
  const { environment, interruption, stdout, stderr } = surroundings;
  const tell = (error: unknown) => stderr.write(`${describeError(error).message}\n`);
  const opened = await openAccounts(flags, surroundings);
  const token =
    access.token && (await readCredential(access.token, '--token', { environment, folder: opened.folder }));
  await using memory = await openStore(opened);
  const targets = await resolveTargets(addresses, flags.ref, opened, memory.known);
  const { createStatusHandler, listen } = await loadServer();
  const adapters = [...new Set(targets.map(({ adapter }) => adapter))];
  await using tracker = createTracker({
    adapters,
    policy: opened.config.policy,
    store: memory.store,
    resume: toResume(memory.known, targets),
    onListenerError: tell,
  });
  using view = createStatusView(tracker);
  const handles = new Map(
    targets.map(({ adapter, ref, name, group }) => {
      const handle = tracker.track(adapter, ref, { name, group });
      return [handle.key, handle] as const;
    }),
  );
  const refresh = async ({ key }: { readonly key: string }) => handles.get(key)?.refresh();
  const handler = createStatusHandler(view, {
    title: flags.title,
    hosts: access.hosts,
    token,
    native: flags.native,
    onActionError: tell,
    actions: toActions(targets, refresh).filter(({ name }) => flags.allow?.includes(name)),
  });
  await using server = await listen(handler, access).catch((error) => {
    throw toListenError(error, access);
  });
  stdout.write(`http://${toName(access.host)}:${server.port}/\n`);
  stderr.write(`${targets.length} migrations are shown there until Ctrl-C.\n`);
  await whenAborted(interruption);
  handler.close();
  const signal = toInterruptingSignal(interruption);
  return signal === undefined ? 0 : signalExitCodes[signal];
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

function toActions(targets: readonly Target[], refresh: NonNullable<RowAction['run']>): readonly RowAction[] {
  const targetOf = new Map(targets.map((target) => [target.adapter.key(target.ref), target]));
  return [
    { name: 'refresh', run: refresh },
    {
      name: 'cancel',
      isOffered: ({ key, stopped }) =>
        stopped !== 'settled' && targetOf.get(key)?.adapter.cancel !== undefined,
      run: async ({ key }) => {
        const { adapter, ref } = targetOf.get(key) ?? {};
        await adapter?.cancel?.(ref);
      },
    },
  ];
}

function toListenError(error: unknown, { host, port }: ServeAccess): ConfigurationError {
  const reason = error instanceof Error ? error.message : describeError(error).message;
  const message = `nobody can listen on ${toName(host)}:${port}: ${reason}`;
  return new ConfigurationError({ option: '--port', message, cause: error });
}
