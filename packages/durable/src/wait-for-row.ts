import type { MigrationStatus } from '@migration-status/core';
import {
  isRestingState,
  type MigrationRow,
  type NotFoundOutCode,
  NotFoundOutError,
  type WaitOptions,
  WaitTimeoutError,
} from '@migration-status/core';

/** What a wait needs to know of a migration. */
export interface RowWatch {
  readonly provider: string;
  readonly key: string;
  /** The row as it is; undefined when it is not there. */
  get(): MigrationRow | undefined;
  /** Calls back whenever the row has changed or is gone; gives a function that ends it. */
  watch(listener: () => void): () => void;
  /** Aborted when everything is closed. */
  readonly lifetime: AbortSignal;
}

/** Waits as `handle.settled()` of a tracker does, on a row that anybody may follow. Leaves no timer and no listener behind. */
export function waitForRow(target: RowWatch, options: WaitOptions = {}): Promise<MigrationStatus> {
  const { provider, key, lifetime } = target;
  const { signal, timeoutMs, until = ({ state }: MigrationStatus) => isRestingState(state) } = options;
  const { promise, resolve, reject } = Promise.withResolvers<MigrationStatus>();
  const cleanups: (() => void)[] = [];
  let last: MigrationRow | undefined;

  function refuse(code: NotFoundOutCode, reason: string, cause?: unknown): void {
    const message = `${key}: the outcome could not be found out: ${reason}`;
    reject(new NotFoundOutError({ provider, key, code, message, status: last?.status, cause }));
  }

  function check(): void {
    const row = target.get();
    if (row === undefined) {
      refuse('released', 'the migration was let go of');
      return;
    }
    last = row;
    const { status, stopped, conditions } = row;
    if (stopped === 'settled' && status) resolve(status);
    if (stopped === 'refused') {
      const refusal = conditions.find(({ failure }) => failure !== undefined);
      const code = refusal?.kind === 'unauthorized' ? 'access_refused' : 'request_refused';
      refuse(code, refusal?.message ?? 'the provider refuses');
    }
    if (status === undefined || status.state === 'not_found') return;
    try {
      if (until(status)) resolve(status);
    } catch (error) {
      reject(error);
    }
  }

  function listenTo(aborted: AbortSignal | undefined, onAbort: () => void): void {
    if (aborted?.aborted) onAbort();
    aborted?.addEventListener('abort', onAbort, { once: true });
    cleanups.push(() => aborted?.removeEventListener('abort', onAbort));
  }

  listenTo(lifetime, () => refuse('closed', 'the tracker was closed'));
  listenTo(signal, () => refuse('aborted', 'the wait was aborted', signal?.reason));
  if (timeoutMs !== undefined) {
    const timer = setTimeout(() => {
      const seen = last?.status ? `last seen ${last.status.state}` : 'never read';
      const message = `${key} did not come to rest within ${timeoutMs} ms; ${seen}`;
      reject(new WaitTimeoutError({ provider, key, message, status: last?.status }));
    }, timeoutMs);
    cleanups.push(() => clearTimeout(timer));
  }
  cleanups.push(target.watch(check));
  if (!lifetime.aborted && !signal?.aborted) check();
  return promise.finally(() => {
    for (const cleanup of cleanups) cleanup();
  });
}
