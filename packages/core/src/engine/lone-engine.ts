import { admit, createLane, enter, isRefused, learn, opensAt } from '../lane/lane.ts';
import { createRow, never } from '../step/row.ts';
import { type StepEvent, step } from '../step/step.ts';
import type { Engine, EngineOptions, Subject } from './engine.ts';
import type { EntryObserver, Followed } from './entry.ts';
import { toPlannedAt } from './grain.ts';
import { createGuard } from './guard.ts';
import { withGuardedPace } from './guarded-pace.ts';
import { holdFailures, laneRefusal, toLaneOutcome } from './outcomes.ts';
import { type Answer, askForOne, toOutcome, toReadEvent, toReadTimeout } from './read.ts';
import { ringAt } from './ring-at.ts';

/** An engine for a single migration. */
export interface LoneEngine extends Pick<Engine, 'clock' | 'setAlarm' | 'refresh' | 'close'> {
  readonly entry: Followed;
}

/**
 * Follows one migration as an engine that follows nothing else would: the same reads at the same times, by the same steps
 * and the same lane. What an engine has because of many, as tables, queues and an agenda, is left out, so that waiting for
 * one weighs little; and no read waits for others to share a request with.
 */
export function createLoneEngine(
  { adapter, ref, key }: Pick<Subject, 'adapter' | 'ref' | 'key'>,
  { clock, random, policy: given, onListenerError }: Omit<EngineOptions, 'onStep' | 'onPark'>,
): LoneEngine {
  const guard = createGuard(onListenerError);
  const policy = withGuardedPace(given, guard);
  const observers = new Set<EntryObserver>();
  const startedAt = clock.now();
  let row = createRow(startedAt, startedAt);
  let lane = createLane(startedAt);
  /** Of the read that is out. */
  let controller: AbortController | undefined;
  /** Of the read that is due, or of the one that is to be given up. */
  let cancelTimer = ringAt(clock, toPlannedAt(startedAt, startedAt), look);

  function sleepUntil(at: number, wake: () => void): void {
    cancelTimer = ringAt(clock, at, wake);
  }

  /** A read is due, and goes if the lane lets it. */
  function look(): void {
    const now = clock.now();
    const at = clock.wallTime();
    const admission = admit(lane, now, policy);
    if (admission === 'parked')
      apply({ type: 'held', at, failure: holdFailures[lane.parkedBy ?? 'throttled'] });
    if (isRefused(lane, policy.refusedReads)) apply({ type: 'refused', at, failure: laneRefusal });
    else if (admission === 'admitted') startRead(now);
    else sleepUntil(opensAt(lane, policy), look);
  }

  function startRead(now: number): void {
    const ongoing = new AbortController();
    const { signal } = ongoing;
    controller = ongoing;
    lane = enter(lane, now, policy);
    sleepUntil(now + policy.readTimeoutMs, () => {
      const error = toReadTimeout(adapter, policy.readTimeoutMs);
      ongoing.abort(error);
      finish({ error });
    });
    void askForOne(adapter, ref, { signal, wallTime: clock.wallTime(), memo: row.memo }, (answer) => {
      if (!signal.aborted) finish(answer);
    });
  }

  function finish(answer: Answer): void {
    controller = undefined;
    cancelTimer();
    const outcome = toOutcome(adapter, answer, key, row.reading);
    const event = toReadEvent(adapter, outcome, clock.wallTime(), lane, policy);
    lane = learn(lane, toLaneOutcome([event]), clock.now(), random(), policy);
    apply(event);
    if (row.dueAt !== never) sleepUntil(toPlannedAt(row.dueAt, clock.now()), look);
  }

  function apply(event: StepEvent): void {
    const result = step(row, event, { now: clock.now(), random: random() }, policy);
    row = result.row;
    for (const observe of [...observers]) guard(observe, event, result);
  }

  /** A read that is out is joined: its answer is what was asked for. */
  function refresh(): void {
    apply({ type: 'refresh' });
    if (controller !== undefined || row.dueAt === never) return;
    cancelTimer();
    sleepUntil(toPlannedAt(row.dueAt, clock.now()), look);
  }

  return {
    clock,
    refresh,
    entry: {
      id: 0,
      key,
      adapter,
      ref,
      group: undefined,
      get row() {
        return row;
      },
      get lane() {
        return lane;
      },
      observe(observer) {
        observers.add(observer);
        return () => observers.delete(observer);
      },
    },
    setAlarm: (delayMs, ring) => ringAt(clock, clock.now() + delayMs, ring),
    close() {
      cancelTimer();
      controller?.abort();
    },
  };
}
