import { createManualClock, type ManualClock } from '../../../../test/support/manual-clock.ts';
import {
  createScriptedAdapter,
  type ScriptedAdapter,
  type ScriptedAdapterOptions,
} from '../../../../test/support/scripted-adapter.ts';
import type { EnginePolicy } from '../../src/engine/engine-policy.ts';
import { createTracker, type Tracker } from '../../src/tracker/tracker.ts';

/** How a promise has settled, or that it has not. */
export interface Settlement<Value> {
  outcome: 'pending' | 'resolved' | 'rejected';
  /** The clock's `now()` when it settled. */
  at?: number;
  value?: Value;
  error?: unknown;
}

/** A tracker on a manual clock, with one scripted adapter and no dice. */
export interface TrackerHarness {
  readonly clock: ManualClock;
  readonly adapter: ScriptedAdapter;
  readonly tracker: Tracker;
  readonly listenerErrors: readonly unknown[];
  /** Watches a promise without waiting for it. */
  watch<Value>(promise: Promise<Value>): Settlement<Value>;
}

export function createTrackerHarness(
  script: ScriptedAdapterOptions['script'],
  { policy, ...scripted }: Partial<ScriptedAdapterOptions> & { readonly policy?: Partial<EnginePolicy> } = {},
): TrackerHarness {
  const clock = createManualClock();
  const adapter = createScriptedAdapter({ clock, script, ...scripted });
  const listenerErrors: unknown[] = [];
  const tracker = createTracker({
    adapters: [adapter],
    clock,
    random: () => 0,
    policy,
    onListenerError: (error) => listenerErrors.push(error),
  });
  return {
    clock,
    adapter,
    tracker,
    listenerErrors,
    watch: (promise) => watchPromise(clock, promise),
  };
}

export function watchPromise<Value>(clock: ManualClock, promise: Promise<Value>): Settlement<Value> {
  const settlement: Settlement<Value> = { outcome: 'pending' };
  promise.then(
    (value) => Object.assign(settlement, { outcome: 'resolved', at: clock.now(), value }),
    (error) => Object.assign(settlement, { outcome: 'rejected', at: clock.now(), error }),
  );
  return settlement;
}
