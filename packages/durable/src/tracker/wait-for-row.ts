import {
  ConfigurationError,
  isRestingState,
  type MigrationRow,
  type MigrationStatus,
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
  /** Calls back whenever the row was written or is gone; gives a function that ends it. */
  watch(listener: (isNews: boolean) => void): () => void;
  /** Aborted when everything is closed. */
  readonly lifetime: AbortSignal;
  /** Aborted when whoever waits lets go. */
  readonly released: AbortSignal;
}

/** What ends a wait. */
export interface RowWait<Result> {
  /** Nothing is decided before it; what it rejects with ends the wait. */
  readonly ready: Promise<unknown>;
  /** Asked whenever the row was written: the result, or undefined to go on. What it throws ends the wait too. */
  readonly decide: (row: MigrationRow) => Result | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** Called once, so many milliseconds before the timeout. */
  readonly before?: { readonly leadMs: number; readonly call: () => void } | undefined;
}

/** Waits on a row that anybody may follow, and leaves no timer and no listener behind. */
export function waitForRow<Result>(target: RowWatch, wait: RowWait<Result>): Promise<Result> {
  const { lifetime, released } = target;
  const { ready, decide, signal, timeoutMs = Number.POSITIVE_INFINITY, before } = wait;
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  const cleanups: (() => void)[] = [];
  let isReady = false;
  let last = target.get();

  function look(): MigrationRow | undefined {
    const row = target.get();
    last = row ?? last;
    return row;
  }

  function refuse(code: NotFoundOutCode, reason: string, cause?: unknown): void {
    look();
    reject(toNotFoundOut(target, last, code, reason, cause));
  }

  function check(): void {
    const row = look();
    if (!isReady) return;
    if (row === undefined) {
      refuse('released', 'the migration was let go of');
      return;
    }
    try {
      const result = decide(row);
      if (result !== undefined) resolve(result);
    } catch (error) {
      reject(error);
    }
  }

  function listenTo(aborted: AbortSignal | undefined, onAbort: () => void): void {
    if (aborted?.aborted) onAbort();
    aborted?.addEventListener('abort', onAbort, { once: true });
    cleanups.push(() => aborted?.removeEventListener('abort', onAbort));
  }

  function callAfter(delayMs: number, call: () => void): void {
    if (delayMs > longestTimerMs) return;
    const timer = setTimeout(call, delayMs);
    cleanups.push(() => clearTimeout(timer));
  }

  listenTo(lifetime, () => refuse('closed', 'the tracker was closed'));
  listenTo(released, () => refuse('released', 'the handle was released'));
  listenTo(signal, () => refuse('aborted', 'the wait was aborted', signal?.reason));
  callAfter(timeoutMs, () => reject(toTimeout(target, look() ?? last, timeoutMs)));
  if (before !== undefined && timeoutMs > before.leadMs) callAfter(timeoutMs - before.leadMs, before.call);
  cleanups.push(target.watch(check));
  ready.then(() => {
    isReady = true;
    check();
  }, reject);
  return promise.finally(() => {
    for (const cleanup of cleanups) cleanup();
  });
}

/** Later than any wait: the platform's timers cannot be set for longer. */
const longestTimerMs = 2 ** 31 - 1;

/** What ends `handle.settled()` of a tracker, as a function of the row. */
export function toSettling(until: WaitOptions['until'] = ({ state }) => isRestingState(state)) {
  return (row: MigrationRow): MigrationStatus | undefined => {
    const { status, stopped, conditions } = row;
    if (stopped === 'settled') return status;
    if (stopped === 'refused') {
      const refusal = conditions.find(({ failure }) => failure !== undefined);
      const code = refusal?.kind === 'unauthorized' ? 'access_refused' : 'request_refused';
      throw toNotFoundOut(row, row, code, refusal?.message ?? 'the provider refuses');
    }
    if (status === undefined || status.state === 'not_found') return undefined;
    const isAccepted: unknown = until(status);
    if (typeof isAccepted === 'boolean') return isAccepted ? status : undefined;
    const message = '"until" must return true or false, and not a promise of it';
    throw new ConfigurationError({ option: 'until', message });
  };
}

type Address = Pick<RowWatch, 'provider' | 'key'>;

function toNotFoundOut(
  { provider, key }: Address,
  last: MigrationRow | undefined,
  code: NotFoundOutCode,
  reason: string,
  cause?: unknown,
): NotFoundOutError {
  const message = `${key}: the outcome could not be found out: ${reason}`;
  return new NotFoundOutError({ provider, key, code, message, status: last?.status, cause });
}

function toTimeout(
  { provider, key }: Address,
  last: MigrationRow | undefined,
  timeoutMs: number,
): WaitTimeoutError {
  const { status, conditions = [] } = last ?? {};
  const seen = status ? `last seen ${status.state}` : 'never read';
  const hindrances = conditions
    .map(({ kind, since, message }) => `; ${kind} since ${since}: ${message}`)
    .join('');
  const message = `${key} did not come to rest within ${timeoutMs} ms; ${seen}${hindrances}`;
  return new WaitTimeoutError({ provider, key, message, status });
}
