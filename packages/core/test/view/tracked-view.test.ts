import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toFailure, toReading } from '../../../../test/support/scripted-adapter.ts';
import type { FailureClass } from '../../src/model/failure-class.ts';
import { migrationStates } from '../../src/model/migration-state.ts';
import type { MigrationHandle } from '../../src/tracker/handle.ts';
import type { MigrationRow } from '../../src/tracker/migration-row.ts';
import type { TrackerEvents } from '../../src/tracker/tracker-events.ts';
import { createStatusView } from '../../src/view/status-view.ts';
import { createTrackerHarness } from '../tracker/tracker-harness.ts';
import { toNaiveSnapshot, toPlain } from './naive-snapshot.ts';

const eventNames: readonly (keyof TrackerEvents)[] = [
  'change',
  'settled',
  'condition',
  'tracked',
  'forgotten',
];

/** What there is to tell of a row: looks that brought nothing leave no trace in a view. */
function toNews({ key, group, status, stopped, conditions }: MigrationRow): object {
  const { state, progress, message } = status ?? {};
  return { key, group, state, progress, message, stopped, kinds: conditions.map(({ kind }) => kind) };
}

test('a migration is in the view from its tracking to its release', async () => {
  const { clock, adapter, tracker } = createTrackerHarness({
    a: [toReading('running'), toReading('succeeded')],
  });
  const view = createStatusView(tracker);
  const seen: string[] = [];
  view.subscribe(() => {
    const { total, unread, done, groups } = view.getSnapshot();
    seen.push(`${total} rows, ${unread} unread, ${done} done; ${[...groups].map(({ group }) => group)}`);
  });
  const handle = tracker.track(adapter, { id: 'a' }, { group: 'wave 1' });
  expect(view.getSnapshot().unread).toBe(1);
  await clock.advance(0);
  tracker.track(adapter, { id: 'a' }, { group: 'wave 2' }).release();
  expect(view.getSnapshot().groups.get('wave 2')?.total).toBe(1);
  await clock.advance(60_000);
  expect(view.getSnapshot().rows.get('acme/a')?.stopped).toBe('settled');
  handle.release();
  expect(view.getSnapshot().total).toBe(0);
  await undefined;
  expect(seen).toEqual([
    '1 rows, 1 unread, 0 done; wave 1',
    '1 rows, 0 unread, 0 done; wave 1',
    '1 rows, 0 unread, 0 done; wave 2',
    '1 rows, 0 unread, 1 done; wave 2',
    '0 rows, 0 unread, 0 done; ',
  ]);
  await tracker.close();
});

test('an end that comes without another status is in the view', async () => {
  const { clock, adapter, tracker } = createTrackerHarness({ a: [toReading('not_found')] });
  tracker.track(adapter, { id: 'a' });
  const view = createStatusView(tracker);
  await clock.advance(0);
  expect(view.getSnapshot().rows.at(0)?.stopped).toBeUndefined();
  await clock.advance(60_000);
  expect(view.getSnapshot().rows.at(0)?.stopped).toBe('settled');
  await tracker.close();
});

test('a listener of the tracker that lets go of what it is told of leaves nothing in the view', async () => {
  const { clock, adapter, tracker } = createTrackerHarness({ a: [toReading('succeeded')] });
  const handle = tracker.track(adapter, { id: 'a' });
  tracker.on('change', () => handle.release());
  const view = createStatusView(tracker);
  await clock.advance(0);
  expect(toPlain(view.getSnapshot())).toEqual(toNaiveSnapshot([]));
  await tracker.close();
});

test('the last snapshot outlives the tracker', async () => {
  const { clock, adapter, tracker } = createTrackerHarness({ a: [toReading('running')] });
  tracker.track(adapter, { id: 'a' });
  const view = createStatusView(tracker);
  await clock.advance(0);
  const snapshot = view.getSnapshot();
  await tracker.close();
  expect(view.getSnapshot()).toBe(snapshot);
  expect(snapshot.counts.running).toBe(1);
});

const failures: readonly FailureClass[] = ['transient', 'throttled', 'unauthorized', 'invalid_response'];
const anyId = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const anyAnswer = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...migrationStates).map((state) => toReading(state)) },
  {
    weight: 3,
    arbitrary: fc.nat({ max: 100 }).map((percent) => toReading('running', { progress: { percent } })),
  },
  { weight: 1, arbitrary: fc.constantFrom(...failures).map((failure) => toFailure(failure)) },
);
const anyAction = fc.oneof(
  fc.record({
    type: fc.constant('track' as const),
    id: anyId,
    group: fc.option(fc.constantFrom('wave 1', 'wave 2'), { nil: undefined }),
  }),
  fc.record({ type: fc.constant('release' as const), id: anyId }),
  fc.record({ type: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 5_000 }) }),
);

test('after every event of a tracker the view says what its rows say', async () => {
  const scripts = fc.dictionary(anyId, fc.array(anyAnswer, { minLength: 1, maxLength: 10 }));
  await fc.assert(
    fc.asyncProperty(
      scripts,
      fc.array(anyAction, { maxLength: 25, size: 'max' }),
      async (script, actions) => {
        const { clock, adapter, tracker, listenerErrors } = createTrackerHarness(script);
        // Down to the key, because a row that was let go of leaves its place to another.
        const options = {
          sortBy: ({ status, key }: MigrationRow) => [status?.state, status?.progress?.percent, key],
        };
        const view = createStatusView(tracker, options);
        const handles = new Map<string, MigrationHandle>();

        function check(): void {
          const { rows, ...numbers } = toPlain(view.getSnapshot());
          const { rows: naiveRows, ...naiveNumbers } = toNaiveSnapshot(tracker.rows(), options);
          expect(numbers).toEqual(naiveNumbers);
          expect(rows.map(toNews)).toEqual(naiveRows.map(toNews));
        }

        for (const name of eventNames) tracker.on(name, check);
        for (const action of actions) {
          if (action.type === 'advance') await clock.advance(action.ms);
          else if (action.type === 'release') {
            handles.get(action.id)?.release();
            handles.delete(action.id);
          } else {
            const { id, group } = action;
            const handle = tracker.track(adapter, { id }, group === undefined ? {} : { group });
            const known = handles.get(id);
            if (known) handle.release();
            else handles.set(id, handle);
          }
          check();
        }
        view.close();
        await tracker.close();
        expect(listenerErrors).toEqual([]);
      },
    ),
    { numRuns: 50 },
  );
});
