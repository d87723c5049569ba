import type { MigrationRow, MigrationStatus } from '../../src/index.ts';
import {
  type Followed,
  type HandleBook,
  lastLookMs,
  roundingMs,
  toRejection,
  type WaitBook,
} from './books.ts';
import { type Actions, type CallerContext, log, pickHandle } from './caller-context.ts';
import { type BookedStatus, toNewsText } from './row-book.ts';
import { toBookedStatus } from './simulated-process.ts';

/** What callers do to be told of an end. */
export interface WaitActions extends Actions {
  wait(): void;
  refresh(handle?: HandleBook): void;
  refreshInLoop(): void;
  abort(): void;
}

/** Some wait for the end or for rest, some for something of their own, and some are mistaken. */
const untils = {
  rest: undefined,
  running: ({ state }: { state: string }) => state === 'running',
  half: ({ progress }: Pick<BookedStatus, 'progress'>) => (progress?.percent ?? 0) >= 50,
  never: () => false,
  throwing: ({ state }: { state: string }) => {
    if (state === 'running') throw new Error('the caller is mistaken');
    return false;
  },
} as const;

const mostWaits = 5;

export function createWaitActions(context: CallerContext): WaitActions {
  const { ledger, process, random } = context;
  const { handles, signals } = process;
  const controllers = new Map<AbortSignal, AbortController>();
  let waitCount = 0;

  /** Follows a promise of the core to its end. */
  function watch(
    handle: HandleBook,
    book: WaitBook,
    promise: Promise<unknown>,
    tell: (value: unknown) => string,
  ): void {
    handle.waits.add(book);
    if (book.signal) signals.add(book.signal);
    const settle = (text: string) => {
      if (process.isDead) return;
      log(context, `${book.what} ${text}`);
      book.settlement = text;
      if (text.startsWith('rejected wait_timeout')) checkTimeout(handle.followed, book, text);
    };
    promise.then(
      (value) => settle(tell(value)),
      (error) => settle(toErrorText(error)),
    );
  }

  function checkTimeout({ row, shown }: Followed, book: WaitBook, text: string): void {
    if (ledger.now() < book.deadline - roundingMs) {
      ledger.report('a deadline is not early', `${book.what}: ${book.deadline - ledger.now()} ms are left`);
    }
    // A read that comes back at the very moment of the deadline may be counted or not.
    const ends = [row.status, shown].map((status) => toRejection('wait_timeout', status));
    book.expectation = ends.find((end) => end === text) ?? ends[0];
  }

  function pickSignal(): AbortSignal | undefined {
    if (signals.size > 0 && random.chance(0.3)) return random.pick([...signals]);
    if (!random.chance(0.5)) return undefined;
    const controller = new AbortController();
    if (random.chance(0.05)) controller.abort('before it began');
    controllers.set(controller.signal, controller);
    return controller.signal;
  }

  function refresh(handle = pickHandle(context)): void {
    if (handle === undefined || handle.waits.size > mostWaits) return;
    const { followed } = handle;
    const { row } = followed;
    const signal = pickSignal();
    waitCount += 1;
    const book: WaitBook = {
      what: `refresh ${waitCount} of ${followed.key}`,
      judge: (_followed, isAfterNews) =>
        isAfterNews || row.stopped ? toRowText(row.reads, row.status) : undefined,
      deadline: Number.POSITIVE_INFINITY,
      latestEnd: Number.POSITIVE_INFINITY,
      signal,
    };
    log(context, book.what);
    if (row.stopped === 'settled') book.expectation = toRowText(row.reads, row.status);
    else if (signal?.aborted) book.expectation = toRejection('aborted', row.status);
    else ledger.refresh(followed);
    watch(handle, book, handle.handle.refresh(signal && { signal }), (value) => {
      const { reads, status } = value as MigrationRow;
      return toRowText(reads, status && toBookedStatus(status));
    });
  }

  return {
    wait() {
      const handle = pickHandle(context);
      if (handle === undefined || handle.waits.size > mostWaits) return;
      const { followed } = handle;
      const name = random.weighted({ rest: 6, running: 1, half: 1, never: 1, throwing: 0.5 });
      const until = untils[name];
      const timeoutMs = random.chance(0.4) ? random.magnitude(1, 30_000) : undefined;
      const signal = pickSignal();
      waitCount += 1;
      const deadline = ledger.now() + (timeoutMs ?? Number.POSITIVE_INFINITY);
      if (timeoutMs !== undefined && timeoutMs > lastLookMs) followed.lastLooks.push(deadline - lastLookMs);
      const book: WaitBook = {
        what: `wait ${waitCount} for ${followed.key} until ${name}`,
        judge: ({ row }) => judgeWait(row, until),
        deadline,
        latestEnd: deadline,
        signal,
      };
      log(context, `${book.what} within ${timeoutMs ?? 'any'} ms`);
      const promise = handle.handle.settled({
        ...(signal && { signal }),
        ...(timeoutMs !== undefined && { timeoutMs }),
        ...(until && { until }),
      });
      book.expectation = signal?.aborted
        ? toRejection('aborted', followed.row.status)
        : book.judge(followed, false);
      watch(
        handle,
        book,
        promise,
        (value) => `resolved ${toNewsText(toBookedStatus(value as MigrationStatus))}`,
      );
    },

    refresh,

    refreshInLoop() {
      const handle = pickHandle(context);
      for (let times = random.integer(2, 5); times > 0; times -= 1) refresh(handle);
    },

    abort() {
      const waits = [...handles].flatMap((handle) => [...handle.waits]).filter(({ signal }) => signal);
      if (waits.length === 0) return;
      const { signal } = random.pick(waits);
      const controller = signal && controllers.get(signal);
      if (controller === undefined) return;
      log(context, 'abort');
      for (const { followed, waits: own } of handles) {
        for (const book of own) {
          if (book.signal !== signal || book.settlement !== undefined) continue;
          book.expectation ??= toRejection('aborted', followed.row.status);
        }
      }
      controllers.delete(controller.signal);
      controller.abort(new Error('the caller is in a hurry'));
    },
  };
}

/** How an error ends a wait, as text. */
export function toErrorText(error: unknown): string {
  const { code, status, message } = error as { code?: string; status?: MigrationStatus; message?: string };
  if (code === undefined) return `rejected ${message}`;
  return toRejection(code, status && toBookedStatus(status));
}

/** How a wait has to end by what is known; undefined while it has to go on. */
function judgeWait(
  { status, stopped, conditions }: Followed['row'],
  until: ((status: BookedStatus) => boolean) | undefined,
): string | undefined {
  if (stopped === 'settled' && status) return `resolved ${toNewsText(status)}`;
  if (stopped === 'refused') {
    const isAccess = conditions.some(({ kind }) => kind === 'unauthorized');
    return toRejection(isAccess ? 'access_refused' : 'request_refused', status);
  }
  if (status === undefined || status.state === 'not_found') return undefined;
  try {
    const isAtRest = until ? until(status) : status.state === 'awaiting_input';
    return isAtRest ? `resolved ${toNewsText(status)}` : undefined;
  } catch (error) {
    return toErrorText(error);
  }
}

function toRowText(reads: number, status: BookedStatus | undefined): string {
  return `resolved after ${reads} reads ${status ? toNewsText(status) : 'never read'}`;
}
