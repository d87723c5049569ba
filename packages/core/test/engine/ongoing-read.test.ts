import { expect, test } from 'vitest';
import { createScriptedAdapter, toReading } from '../../../../test/support/scripted-adapter.ts';
import { createLaneQueue } from '../../src/engine/lane-queue.ts';
import { createOngoingReads, type OngoingRead, type OngoingReads } from '../../src/engine/ongoing-read.ts';
import { createLane } from '../../src/lane/lane.ts';

const adapter = createScriptedAdapter({ script: () => [toReading('running')] });
const lane = createLaneQueue('acme', createLane(0));

function createRead(id: number): OngoingRead {
  const controller = new AbortController();
  const address = { adapter, lane, ids: [id], left: 1, giveUpAt: id, isOver: false, controller };
  return { ...address, previous: undefined, next: undefined };
}

function listIds(reads: OngoingReads): readonly unknown[] {
  const ids: unknown[] = [];
  for (let read = reads.oldest(); read !== undefined; read = read.next) ids.push(read.ids[0]);
  return ids;
}

test.each([
  [[0], [1, 2]],
  [[1], [0, 2]],
  [[2], [0, 1]],
  [[1, 0], [2]],
  [[1, 2], [0]],
  [[0, 2, 1], []],
])(
  'of three reads, %j end: those that are left stand in their order, before one that follows',
  (ends, left) => {
    const reads = createOngoingReads();
    const three = [createRead(0), createRead(1), createRead(2)];
    for (const read of three) reads.add(read);
    for (const end of ends) reads.remove(three[end] as OngoingRead);
    expect(listIds(reads)).toEqual(left);
    reads.add(createRead(3));
    expect(listIds(reads)).toEqual([...left, 3]);
  },
);

test('a read that has ended ends once, and points at no other', () => {
  const reads = createOngoingReads();
  const three = [createRead(0), createRead(1), createRead(2)] as const;
  for (const read of three) reads.add(read);
  reads.remove(three[1]);
  reads.remove(three[1]);
  expect(listIds(reads)).toEqual([0, 2]);
  expect([three[1].previous, three[1].next]).toEqual([undefined, undefined]);
});
