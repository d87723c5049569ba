import type { MigrationRow } from '../../src/index.ts';
import { type Actions, type CallerContext, log, pickHandle } from './caller-context.ts';

/** What callers do to be told of every change, at a speed of their own. */
export interface StreamActions extends Actions {
  iterate(): void;
  pull(): void;
}

export function createStreamActions(context: CallerContext): StreamActions {
  const { ledger, process, random } = context;

  return {
    iterate() {
      const handle = pickHandle(context);
      if (handle === undefined || handle.streams.size > 2) return;
      const { status, stopped } = handle.followed.row;
      log(context, `iterate ${handle.followed.key}`);
      handle.streams.add({
        expected: status ? [status.state] : [],
        got: [],
        hasToEnd: stopped !== undefined,
        hasEnded: false,
        isPulling: false,
        iterator: handle.handle[Symbol.asyncIterator](),
      });
    },

    pull() {
      const streams = [...process.handles, ...process.released].flatMap((handle) =>
        [...handle.streams].map((stream) => ({ handle, stream })),
      );
      if (streams.length === 0) return;
      const { handle, stream } = random.pick(streams);
      if (stream.isPulling) return;
      const { key } = handle.followed;
      if (random.chance(0.1)) {
        log(context, `leave an iteration of ${key}`);
        handle.streams.delete(stream);
        void stream.iterator.return?.();
        return;
      }
      stream.isPulling = true;
      stream.iterator.next().then(
        ({ done, value }) => {
          stream.isPulling = false;
          if (process.isDead) return;
          if (done) stream.hasEnded = true;
          const state = (value as MigrationRow | undefined)?.status?.state;
          if (state !== undefined && stream.got.at(-1) !== state) stream.got.push(state);
          log(context, `pulled ${key} ${done ? 'the end' : state}`);
        },
        (error) => ledger.report('an iteration does not throw', String(error)),
      );
    },
  };
}
