import { createManualClock, type ManualClock } from '../../../../test/support/manual-clock.ts';
import {
  createScriptedAdapter,
  type ScriptedAdapter,
  type ScriptedAdapterOptions,
} from '../../../../test/support/scripted-adapter.ts';
import type { MigrationAdapter } from '../../src/adapter/contract.ts';
import { createEngine, type Engine } from '../../src/engine/engine.ts';
import { defaultEnginePolicy, type EnginePolicy } from '../../src/engine/engine-policy.ts';
import type { Entry } from '../../src/engine/entry.ts';
import type { Lane } from '../../src/lane/lane.ts';
import type { StepEvent, StepResult } from '../../src/step/step.ts';

export interface HarnessOptions extends Partial<ScriptedAdapterOptions> {
  readonly policy?: Partial<EnginePolicy>;
  /** Replaces members of the adapter, also by what a type would not allow. */
  readonly members?: Record<string, unknown>;
  /** Is told of every event, and may call back into the engine. */
  readonly onStep?: (entry: Entry, event: StepEvent, result: StepResult) => void;
}

/** An engine on a manual clock, with one scripted adapter and no dice. */
export interface Harness {
  readonly clock: ManualClock;
  readonly adapter: ScriptedAdapter;
  readonly engine: Engine;
  readonly listenerErrors: readonly unknown[];
  follow(id: string): Entry;
  /** What is known about the first lane. */
  laneState(): Lane;
  /** Ids and times of the reads so far: `a@1000`. */
  reads(): readonly string[];
  /** Ids of each request so far, sorted: what is due at one time is read in no particular order. */
  requests(): readonly (readonly string[])[];
}

export function createHarness({ policy, members, onStep, ...scripted }: HarnessOptions): Harness {
  const clock = createManualClock();
  const adapter = createScriptedAdapter({ clock, script: {}, ...scripted });
  const odd = { ...adapter, ...members } as unknown as MigrationAdapter;
  const listenerErrors: unknown[] = [];
  const engine = createEngine({
    clock,
    random: () => 0,
    policy: { ...defaultEnginePolicy, ...policy },
    onStep: (id, event, result) => onStep?.(engine.entry(id), event, result),
    onListenerError: (error) => listenerErrors.push(error),
  });
  const toId = (key: string) => key.slice(key.indexOf('/') + 1);
  return {
    clock,
    adapter,
    engine,
    listenerErrors,
    follow: (id) => engine.entry(engine.add({ adapter: odd, ref: { id }, key: adapter.key({ id }) })),
    laneState() {
      const [lane] = engine.lanes();
      if (lane === undefined) throw new Error('there is no lane');
      return lane[1];
    },
    reads: () => adapter.reads.map(({ key, at }) => `${toId(key)}@${at}`),
    requests: () => {
      const byRequest = Map.groupBy(adapter.reads, ({ request }) => request);
      return [...byRequest.values()].map((reads) => reads.map(({ key }) => toId(key)).sort());
    },
  };
}
