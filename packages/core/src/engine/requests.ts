import type { MigrationAdapter } from '../adapter/contract.ts';
import { enter, leave } from '../lane/lane.ts';
import { never } from '../step/row.ts';
import type { EnginePolicy } from './engine-policy.ts';
import type { LaneQueue } from './lane-queue.ts';
import { createOngoingReads, type OngoingRead } from './ongoing-read.ts';
import { type Answer, askForMany, askForOne, toReadTimeout } from './read.ts';
import type { RowId, RowTable } from './row-table.ts';

/** A request, and what it brought. */
export interface Answered {
  readonly read: OngoingRead;
  readonly answer: Answer;
}

/** The requests that are out. Each counts itself in and out of its lane, but for one that is answered: that teaches the lane. */
export interface Requests {
  /** Asks for one row or, where there are several, for all of them at once. The list belongs to the request from then on. */
  send(adapter: MigrationAdapter, lane: LaneQueue, ids: RowId[], now: number, wallTime: number): void;
  /** When the oldest is to be given up; `never` while none is out. */
  giveUpAt(): number;
  /** Aborts those that have been out for too long; their answer is an error. */
  giveUp(now: number): readonly Answered[];
  /** Takes a row out of its request; one that nobody is part of any more is aborted. */
  takeOut(lane: LaneQueue, id: RowId): void;
  /** The answer has been taken in. */
  end(read: OngoingRead): void;
  abortAll(): void;
}

/**
 * @param onAnswers Is handed all answers that come in one moment together: taking them in one by one would cost as much
 * again. Among them are some of requests that are over.
 */
export function createRequests(
  rows: RowTable,
  policy: EnginePolicy,
  onAnswers: (answers: readonly Answered[]) => void,
): Requests {
  const reads = createOngoingReads();
  let answers: Answered[] = [];

  function handOver(): void {
    const come = answers;
    answers = [];
    onAnswers(come);
  }

  function ask(
    { adapter, controller }: OngoingRead,
    ids: readonly RowId[],
    wallTime: number,
    take: (answer: Answer) => void,
  ): void {
    const { signal } = controller;
    const [first] = ids;
    if (ids.length === 1 && first !== undefined)
      void askForOne(adapter, rows.refOf(first), { signal, wallTime, memo: rows.memoOf(first) }, take);
    else void askForMany(adapter, ids.map(rows.refOf), { signal, wallTime, memos: toMemos(rows, ids) }, take);
  }

  function abort(read: OngoingRead): void {
    reads.remove(read);
    read.isOver = true;
    read.controller.abort();
  }

  return {
    send(adapter, lane, ids, now, wallTime) {
      const read: OngoingRead = {
        adapter,
        lane,
        ids,
        left: ids.length,
        giveUpAt: now + policy.readTimeoutMs,
        isOver: false,
        controller: new AbortController(),
        previous: undefined,
        next: undefined,
      };
      lane.state = enter(lane.state, now, policy);
      reads.add(read);
      ask(read, ids, wallTime, (answer) => {
        answers.push({ read, answer });
        if (answers.length === 1) void Promise.resolve().then(handOver);
      });
    },

    giveUpAt: () => reads.oldest()?.giveUpAt ?? never,

    giveUp(now) {
      const late: Answered[] = [];
      for (let read = reads.oldest(); read !== undefined && read.giveUpAt <= now; read = read.next) {
        const error = toReadTimeout(read.adapter, policy.readTimeoutMs);
        read.controller.abort(error);
        late.push({ read, answer: { error } });
      }
      return late;
    },

    takeOut(lane, id) {
      for (let read = reads.oldest(); read !== undefined; read = read.next) {
        const position = read.lane === lane ? read.ids.indexOf(id) : -1;
        if (position < 0) continue;
        read.ids[position] = undefined;
        read.left -= 1;
        if (read.left > 0 || read.isOver) return;
        lane.state = leave(lane.state);
        abort(read);
        return;
      }
    },

    end: reads.remove,

    abortAll() {
      for (let read = reads.oldest(); read !== undefined; read = reads.oldest()) abort(read);
    },
  };
}

function toMemos(rows: RowTable, ids: readonly RowId[]): ReadonlyMap<string, unknown> {
  const memos = new Map<string, unknown>();
  for (const id of ids) {
    const memo = rows.memoOf(id);
    if (memo !== undefined) memos.set(rows.keyOf(id), memo);
  }
  return memos;
}
