import { type CallerContext, isGivenUp, isUnwatched, log, pickHandle } from './caller-context.ts';
import { createFollowActions } from './follow-actions.ts';
import { createStreamActions } from './stream-actions.ts';
import { createWaitActions, toErrorText } from './wait-actions.ts';

/** What callers do with a tracker. */
export interface Callers {
  /** Does something at random. */
  act(): void;
  /** Does something from within a listener that was told of a migration. */
  react(key: string): void;
  close(): void;
}

const mostListeners = 4;

/** Makes callers that do what callers do, and enter into the books what has to follow from it. */
export function createCallers(context: CallerContext): Callers {
  const { ledger, process, random } = context;
  const { tracker, handles } = process;
  const following = createFollowActions(context);
  const waiting = createWaitActions(context);
  const streaming = createStreamActions(context);
  let offs: (() => void)[] = [];

  function listen(): void {
    if (offs.length >= mostListeners) {
      for (const off of offs) off();
      offs = [];
      return;
    }
    const name = random.pick(['change', 'condition', 'settled'] as const);
    const isAsync = random.chance(0.5);
    offs.push(
      tracker.on(name, () => {
        process.thrown += 1;
        const error = new Error('a listener is mistaken');
        if (isAsync) return Promise.reject(error) as never;
        throw error;
      }),
    );
  }

  /** Calls that have to be refused and to change nothing. */
  function err(): void {
    const book = pickHandle(context);
    if (book === undefined) return;
    const { handle } = book;
    const promise = random.pick<() => Promise<unknown>>([
      () => handle.settled({ timeoutMs: -1 }),
      () => handle.settled({ until: 'running' as never }),
      () => handle.refresh({ signal: {} as never }),
    ])();
    promise.then(
      () => ledger.report('a wrong option is refused', handle.key),
      (error) => {
        const text = toErrorText(error);
        if (!text.startsWith('rejected invalid_configuration'))
          ledger.report('a wrong option is refused', text);
      },
    );
  }

  const actions = {
    ...following,
    ...waiting,
    ...streaming,
    refresh: () => waiting.refresh(),
    release: () => following.release(),
    listen,
    err,
  };

  return {
    act() {
      const name = random.weighted({
        trackNew: 8,
        trackAgain: 3,
        trackMany: 2,
        wait: 8,
        refresh: 4,
        refreshInLoop: 1,
        abort: 2,
        release: 3,
        forget: 0.5,
        push: 2,
        iterate: 3,
        pull: 6,
        listen: 0.5,
        err: 0.3,
      });
      actions[name]();
    },

    react(key) {
      if (ledger.isClosed || !random.chance(0.05)) return;
      const what = random.weighted({ track: 1, refresh: 2, release: 1 });
      if (what === 'track') return following.trackNew();
      const others = [...handles].filter(({ followed }) => followed.key !== key);
      if (others.length === 0) return;
      const other = random.pick(others);
      if (isGivenUp(other.followed, ledger)) return;
      ledger.noteStop(other.followed, other.handle.row.stopped);
      const isUntouched = !ledger.answered.has(other.followed);
      if (what === 'refresh' && isUntouched) waiting.refresh(other);
      if (what === 'release' && (isUntouched || isUnwatched(other.followed))) following.release(other);
    },

    close() {
      log(context, 'close');
      for (const followed of [...ledger.followed.values()]) ledger.letGo(followed, 'closed');
      ledger.isClosed = true;
      void tracker.close();
      if (random.chance(0.3)) void tracker[Symbol.asyncDispose]();
      following.trackInVain();
    },
  };
}
