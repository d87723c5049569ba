import type { OngoingRead } from './ongoing-read.ts';
import { type Answer, askForMany, askForOne } from './read.ts';
import type { RowTable } from './row-table.ts';

/** Makes the request of a read, for one row or, where there are several, for all of them at once, and says what it brought. */
export function ask(
  rows: RowTable,
  read: OngoingRead,
  wallTime: number,
  onAnswer: (read: OngoingRead, answer: Answer) => void,
): void {
  const { adapter, ids, controller } = read;
  const { signal } = controller;
  const [first] = ids;
  const take = (answer: Answer) => onAnswer(read, answer);
  if (ids.length === 1 && first !== undefined)
    void askForOne(adapter, rows.refOf(first), { signal, wallTime, memo: rows.memoOf(first) }, take);
  else void askForMany(adapter, toRefs(rows, ids), { signal, wallTime, memos: toMemos(rows, ids) }, take);
}

function toRefs(rows: RowTable, ids: OngoingRead['ids']): readonly unknown[] {
  return ids.map((id) => (id === undefined ? undefined : rows.refOf(id)));
}

function toMemos(rows: RowTable, ids: OngoingRead['ids']): ReadonlyMap<string, unknown> {
  const memos = new Map<string, unknown>();
  for (const id of ids) {
    const memo = id === undefined ? undefined : rows.memoOf(id);
    if (id !== undefined && memo !== undefined) memos.set(rows.keyOf(id), memo);
  }
  return memos;
}
