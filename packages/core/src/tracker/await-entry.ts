import type { Engine } from '../engine/engine.ts';
import type { Followed } from '../engine/entry.ts';
import { type NotFoundOutCode, NotFoundOutError, WaitTimeoutError } from '../model/errors/wait-errors.ts';
import type { StepEvent } from '../step/step.ts';
import { toLastStatus } from './migration-row.ts';

/** What ends a wait on an entry. */
export interface AwaitOptions<Result> {
  /** Asked at once and after each event: the result, or undefined to go on. What it throws ends the wait too. */
  readonly decide: (event?: StepEvent) => Result | undefined;
  /** The caller's; its reason becomes the cause. */
  readonly signal?: AbortSignal | undefined;
  /** The handle's; its reason is the error. */
  readonly lifetime?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** Called once, so many milliseconds before the timeout; not where the machine has slept until that is over. */
  readonly before?: { readonly leadMs: number; readonly call: () => void } | undefined;
}

/** Waits on one entry, and leaves neither alarm nor listener behind. */
export function awaitEntry<Result>(
  engine: Pick<Engine, 'clock' | 'setAlarm'>,
  entry: Followed,
  options: AwaitOptions<Result>,
): Promise<Result> {
  const { decide, signal, lifetime, timeoutMs = Number.POSITIVE_INFINITY, before } = options;
  return new Promise((resolve, reject) => {
    let cancelAlarm: (() => void) | undefined;
    let endObserving: (() => void) | undefined;

    function settle(end: () => void): void {
      endObserving?.();
      signal?.removeEventListener('abort', onAbort);
      lifetime?.removeEventListener('abort', onEnd);
      cancelAlarm?.();
      end();
    }

    function check(event?: StepEvent): void {
      try {
        const result = decide(event);
        if (result !== undefined) settle(() => resolve(result));
      } catch (error) {
        settle(() => reject(error));
      }
    }

    const onAbort = () =>
      settle(() => reject(toNotFoundOut(entry, 'aborted', 'the wait was aborted', signal?.reason)));
    const onEnd = () => settle(() => reject(lifetime?.reason));
    /** One alarm at a time: the one before the deadline sets that of the deadline. */
    function watchTime(): void {
      if (before === undefined || timeoutMs <= before.leadMs) {
        cancelAlarm = engine.setAlarm(timeoutMs, onTimeout);
        return;
      }
      const deadline = engine.clock.now() + timeoutMs;
      cancelAlarm = engine.setAlarm(timeoutMs - before.leadMs, () => {
        const leftMs = deadline - engine.clock.now();
        cancelAlarm = engine.setAlarm(leftMs, onTimeout);
        if (leftMs > 0) before.call();
      });
    }

    const onTimeout = () => settle(() => reject(toTimeout(entry, timeoutMs)));

    if (lifetime?.aborted) return onEnd();
    if (signal?.aborted) return onAbort();
    endObserving = entry.observe(check);
    signal?.addEventListener('abort', onAbort, { once: true });
    lifetime?.addEventListener('abort', onEnd, { once: true });
    if (Number.isFinite(timeoutMs)) watchTime();
    check();
  });
}

/** The error of a wait whose outcome could not be found out. */
export function toNotFoundOut(
  entry: Followed,
  code: NotFoundOutCode,
  reason: string,
  cause?: unknown,
): NotFoundOutError {
  const message = `${entry.key}: the outcome could not be found out: ${reason}`;
  return new NotFoundOutError({ ...describe(entry), code, message, cause });
}

function toTimeout(entry: Followed, timeoutMs: number): WaitTimeoutError {
  const { reading, conditions } = entry.row;
  const last = reading ? `last seen ${reading.state}` : 'never read';
  const hindrances = conditions
    .map(({ kind, since, message }) => `; ${kind} since ${since}: ${message}`)
    .join('');
  const message = `${entry.key} did not come to rest within ${timeoutMs} ms; ${last}${hindrances}`;
  return new WaitTimeoutError({ ...describe(entry), message });
}

function describe(entry: Followed) {
  return { provider: entry.adapter.provider, key: entry.key, status: toLastStatus(entry) };
}
