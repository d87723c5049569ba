import { expect, test } from 'vitest';
import type { MigrationState } from '../../src/model/migration-state.ts';
import type { MigrationRow } from '../../src/tracker/migration-row.ts';
import { createRowStream } from '../../src/tracker/row-stream.ts';
import { toStatus } from '../step/sample-steps.ts';

function toRow(reads: number, state?: MigrationState): MigrationRow {
  const status = state && toStatus(0, state);
  return {
    provider: 'acme',
    key: 'acme/a',
    ref: { id: 'a' },
    conditions: [],
    reads,
    ...(status && { status }),
  };
}

function createStream() {
  let returns = 0;
  const stream = createRowStream(() => {
    returns += 1;
  });
  return { stream, countReturns: () => returns };
}

test('a slow reader sees every transition, and of each stretch the last row', async () => {
  const { stream } = createStream();
  const states = [
    undefined,
    undefined,
    'pending',
    'running',
    'running',
    'paused',
    'running',
    'succeeded',
  ] as const;
  for (const [index, state] of states.entries()) stream.push(toRow(index, state));
  stream.end();
  const seen: MigrationRow[] = [];
  for await (const row of stream) seen.push(row);
  expect(seen).toEqual([
    toRow(1),
    toRow(2, 'pending'),
    toRow(4, 'running'),
    toRow(5, 'paused'),
    toRow(6, 'running'),
    toRow(7, 'succeeded'),
  ]);
});

test('a fast reader sees every row', async () => {
  const { stream } = createStream();
  const seen: (number | undefined)[] = [];
  for (const reads of [1, 2, 3]) {
    const next = stream.next();
    stream.push(toRow(reads, 'running'));
    seen.push((await next).value?.reads);
  }
  expect(seen).toEqual([1, 2, 3]);
});

test('nothing is taken after the end', async () => {
  const { stream } = createStream();
  stream.end();
  stream.push(toRow(1));
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

test('readers that wait together are all served, and all let go at the end', async () => {
  const { stream } = createStream();
  const waiting = [stream.next(), stream.next(), stream.next()];
  stream.push(toRow(1, 'running'));
  stream.push(toRow(2, 'succeeded'));
  stream.end();
  const results = await Promise.all(waiting);
  expect(results.map(({ done, value }) => [done, value?.reads])).toEqual([
    [false, 1],
    [false, 2],
    [true, undefined],
  ]);
});

test('a reader that leaves is unsubscribed, and drops what is queued', async () => {
  const { stream, countReturns } = createStream();
  for (const state of ['pending', 'running', 'succeeded'] as const) stream.push(toRow(0, state));
  for await (const _row of stream) break;
  expect([await stream.next(), countReturns()]).toEqual([{ done: true, value: undefined }, 1]);
});

test('a reader that leaves lets go of one that waits', async () => {
  const { stream } = createStream();
  const waiting = stream.next();
  await stream.return?.();
  expect(await waiting).toEqual({ done: true, value: undefined });
});
