import type { MigrationAdapter } from '../adapter/contract.ts';
import { admit, createLane, enter, type LaneOutcome, learn, leave, takeStart } from '../lane/lane.ts';
import { ProviderRequestError } from '../model/errors/provider-request-error.ts';
import type { ReadFailure } from '../step/conditions.ts';
import { createRow } from '../step/row.ts';
import { type StepEvent, type StepResult, step } from '../step/step.ts';
import { createAgenda } from './agenda.ts';
import type { Clock } from './clock.ts';
import type { EnginePolicy } from './engine-policy.ts';
import type { Entry, LaneQueue, OngoingRead, Subject } from './entry.ts';
import { createGuard } from './guard.ts';
import { type ReadOutcome, readTargets, toReadFailure } from './read.ts';

/** What an engine is made of. */
export interface EngineOptions {
  readonly clock: Clock;
  /** 0 to 1, like `Math.random`. */
  readonly random: () => number;
  readonly policy: EnginePolicy;
  /** Is told of every event, after the observers of the entry: a listener that closes everything cannot undo a wait that is over. */
  readonly onStep?: (entry: Entry, event: StepEvent, result: StepResult) => void;
  /** Is handed what a listener throws or rejects with. */
  readonly onListenerError: (error: unknown) => void;
}

/** Follows any number of migrations with one timer: due rows → requests per lane → steps. */
export interface Engine {
  readonly clock: Clock;
  /** Starts to follow a migration. The caller sees to it that no key is added twice. */
  add(adapter: MigrationAdapter, ref: unknown, key: string): Entry;
  /** Stops to follow it, and aborts its read unless others are part of the same request. */
  remove(entry: Entry): void;
  /** Reads it as soon as its lane allows; joins a read that is out. Does nothing once it is settled. */
  refresh(entry: Entry): void;
  /** Reads it under another ref of the same key, as soon as its lane allows; one that has ended is followed afresh. */
  readdress(entry: Entry, ref: unknown): void;
  /** Calls back after a while; gives a function that calls it off. */
  setAlarm(delayMs: number, ring: () => void): () => void;
  /** Stops everything; leaves no timer and no request. */
  close(): void;
}

export function createEngine({ clock, random, policy, onStep, onListenerError }: EngineOptions): Engine {
  const agenda = createAgenda<Subject>();
  const guard = createGuard(onListenerError);
  const lanes = new Map<string, LaneQueue>();
  const reads = new Set<OngoingRead>();
  let timer: { readonly at: number; readonly cancel: () => void } | undefined;
  let isClosed = false;

  /** Keeps the one timer at the earliest appointment. */
  function arm(): void {
    const nextAt = agenda.nextAt();
    if (timer?.at === nextAt) return;
    timer?.cancel();
    timer = nextAt === undefined ? undefined : { at: nextAt, cancel: setTimerAt(nextAt) };
  }

  function setTimerAt(at: number): () => void {
    return clock.setTimer(onTimer, Math.max(0, at - clock.now()));
  }

  function onTimer(): void {
    timer = undefined;
    const now = clock.now();
    const touched = new Set<LaneQueue>();
    for (let subject = agenda.takeDue(now); subject !== undefined; subject = agenda.takeDue(now)) {
      switch (subject.type) {
        case 'entry':
          subject.appointment = undefined;
          wait(subject);
          touched.add(subject.lane);
          break;
        case 'lane':
          subject.appointment = undefined;
          touched.add(subject);
          break;
        case 'read':
          giveUp(subject);
          break;
        case 'alarm':
          guard(subject.ring);
          break;
      }
    }
    for (const lane of touched) pump(lane);
    arm();
  }

  /** A row's time has come: it waits for its turn. */
  function wait(entry: Entry): void {
    entry.lane.waiting.add(entry);
    if (clock.now() < entry.lane.state.parkedUntil) hold(entry);
  }

  function hold(entry: Entry): void {
    apply(entry, { type: 'held', at: toIso(), failure: toHoldFailure(entry.lane) });
  }

  /** Lets as many requests go as the lane admits. */
  function pump(lane: LaneQueue): void {
    while (lane.waiting.size > 0 && !isClosed) {
      const now = clock.now();
      const verdict = admit(lane.state, now, policy);
      if (verdict === 'parked') lane.appointment ??= agenda.add(lane.state.parkedUntil, lane);
      if (verdict !== 'admitted') return;
      void startRead(lane, takeBatch(lane));
    }
    callOff(lane);
  }

  /** The first that waits, and those after it that can go in the same request. */
  function takeBatch(lane: LaneQueue): Set<Entry> {
    const [first] = lane.waiting;
    if (first === undefined) return new Set();
    const { adapter } = first;
    const batch = new Set([first]);
    const size = canShare(first) ? adapter.capabilities.maxBatchSize : 1;
    for (const entry of lane.waiting) {
      if (!(batch.size < size)) break;
      if (entry.adapter === adapter && canShare(entry)) batch.add(entry);
    }
    for (const entry of batch) lane.waiting.delete(entry);
    return batch;
  }

  async function startRead(lane: LaneQueue, entries: Set<Entry>): Promise<void> {
    const [first] = entries;
    if (first === undefined) return;
    const read: OngoingRead = { type: 'read', entries, controller: new AbortController() };
    read.appointment = agenda.add(clock.now() + policy.readTimeoutMs, read);
    reads.add(read);
    lane.state = enter(lane.state);
    for (const entry of entries) entry.read = read;
    const targets = [...entries].map(({ key, ref, row }) => ({ key, ref, memo: row.memo }));
    const outcomes = await readTargets(first.adapter, targets, clock.wallTime, read.controller.signal);
    if (reads.has(read)) finish(lane, read, outcomes);
  }

  function giveUp(read: OngoingRead): void {
    const [first] = read.entries;
    if (first === undefined) return;
    const { provider } = first.adapter;
    const message = `${provider}: no answer within ${policy.readTimeoutMs} ms`;
    const error = new ProviderRequestError({
      provider,
      code: 'request_timeout',
      failure: 'transient',
      message,
    });
    finish(first.lane, read, new Map([...read.entries].map(({ key }) => [key, { error }])));
    read.controller.abort(error);
  }

  function finish(lane: LaneQueue, read: OngoingRead, outcomes: ReadonlyMap<string, ReadOutcome>): void {
    end(read);
    const at = toIso();
    const events = [...read.entries].map((entry) => ({
      entry,
      event: toReadEvent(entry, outcomes.get(entry.key) ?? nothing, at),
    }));
    // Before anybody is told: whoever is may remove or refresh any of them.
    for (const { entry } of events) entry.read = undefined;
    const wasOpen = clock.now() >= lane.state.parkedUntil;
    lane.state = learn(lane.state, toLaneOutcome(events), clock.now(), random(), policy);
    if (wasOpen && clock.now() < lane.state.parkedUntil) for (const entry of lane.waiting) hold(entry);
    const isSpoilt = read.entries.size > 1 && events.every(({ event }) => isWholeFailure(event));
    for (const { entry, event } of events) {
      if (entry.isRemoved || isClosed) continue;
      if (isSpoilt) {
        entry.isAlone = true;
        lane.waiting.add(entry);
        continue;
      }
      if (event.type === 'read') entry.isAlone = false;
      apply(entry, event);
    }
    pump(lane);
    arm();
  }

  /** Takes a request off the books. */
  function end(read: OngoingRead): void {
    reads.delete(read);
    callOff(read);
  }

  /** Takes a row out of its lane and its request; a request that nobody is part of any more is aborted. */
  function detach(entry: Entry): void {
    const { read, lane } = entry;
    lane.waiting.delete(entry);
    entry.read = undefined;
    read?.entries.delete(entry);
    if (read?.entries.size !== 0) return;
    end(read);
    lane.state = leave(lane.state);
    read.controller.abort();
  }

  /** The one way in which a row changes. */
  function apply(entry: Entry, event: StepEvent): void {
    const result = step(entry.row, event, { now: clock.now(), random: random() }, policy);
    entry.row = result.row;
    schedule(entry);
    for (const observe of [...entry.observers]) guard(() => observe(event, result));
    guard(() => onStep?.(entry, event, result));
  }

  /** Puts a row where it belongs: into the agenda, unless it waits in its lane or is being read. */
  function schedule(entry: Entry): void {
    callOff(entry);
    const { dueAt } = entry.row;
    const isUnderWay = entry.read !== undefined || entry.lane.waiting.has(entry);
    if (dueAt === undefined || isUnderWay || entry.isRemoved) return;
    entry.appointment = agenda.add(canShare(entry) ? toWindowEnd(dueAt) : dueAt, entry);
  }

  /** Reads that are due within one window become due together, so that they can share a request. */
  function toWindowEnd(at: number): number {
    const { batchWindowMs } = policy;
    if (batchWindowMs === 0 || at <= clock.now()) return at;
    return Math.max(at, Math.ceil(at / batchWindowMs) * batchWindowMs);
  }

  function callOff(subject: Entry | LaneQueue | OngoingRead): void {
    if (subject.appointment) agenda.remove(subject.appointment);
    subject.appointment = undefined;
  }

  function toIso(): string {
    return new Date(clock.wallTime()).toISOString();
  }

  function laneOf(name: string): LaneQueue {
    const known = lanes.get(name);
    if (known) return known;
    const lane: LaneQueue = { type: 'lane', state: createLane(), waiting: new Set() };
    lanes.set(name, lane);
    return lane;
  }

  return {
    clock,

    add(adapter, ref, key) {
      const lane = laneOf(adapter.lane(ref));
      const now = clock.now();
      const start = takeStart(lane.state, now, policy);
      lane.state = start.lane;
      const row = createRow(now, start.startAt);
      const observers: Entry['observers'] = new Set();
      const entry: Entry = {
        type: 'entry',
        key,
        ref,
        adapter,
        lane,
        observers,
        row,
        isAlone: false,
        isRemoved: false,
      };
      schedule(entry);
      arm();
      return entry;
    },

    remove(entry) {
      entry.isRemoved = true;
      entry.observers.clear();
      detach(entry);
      schedule(entry);
      pump(entry.lane);
      arm();
    },

    refresh(entry) {
      if (entry.read || entry.isRemoved || isClosed) return;
      apply(entry, { type: 'refresh' });
      arm();
    },

    readdress(entry, ref) {
      if (entry.isRemoved || isClosed) return;
      detach(entry);
      entry.ref = ref;
      apply(entry, { type: 'readdressed' });
      pump(entry.lane);
      arm();
    },

    setAlarm(delayMs, ring) {
      const appointment = agenda.add(clock.now() + delayMs, { type: 'alarm', ring });
      arm();
      return () => {
        agenda.remove(appointment);
        arm();
      };
    },

    close() {
      isClosed = true;
      agenda.clear();
      arm();
      for (const read of reads) read.controller.abort();
      reads.clear();
      lanes.clear();
    },
  };
}

const nothing: ReadOutcome = { error: new Error('the read brought nothing') };

/** What the outcome of a read means for its row. */
function toReadEvent({ adapter }: Entry, outcome: ReadOutcome, at: string): StepEvent {
  return 'error' in outcome
    ? { type: 'read_failed', at, failure: toReadFailure(adapter, outcome.error) }
    : { type: 'read', at, ...outcome };
}

/** Whether it may be read in one request with others. */
function canShare({ adapter, isAlone }: Entry): boolean {
  return adapter.getStatuses !== undefined && !isAlone;
}

/** What a request taught about its lane: one refusal speaks for all, and one answer proves that there is no outage. */
function toLaneOutcome(events: readonly { readonly event: StepEvent }[]): LaneOutcome {
  const failures = events.flatMap(({ event }) => (event.type === 'read_failed' ? [event.failure] : []));
  const throttled = failures.find(({ failure }) => failure === 'throttled');
  if (throttled) return { type: 'throttled', retryAfterMs: throttled.retryAfterMs };
  const isOutage =
    failures.length === events.length && failures.every(({ failure }) => failure === 'transient');
  return { type: isOutage ? 'transient' : 'answered' };
}

/** A failure that one bad ref can cause for all that were asked together. */
function isWholeFailure(event: StepEvent): boolean {
  return (
    event.type === 'read_failed' && ['invalid_request', 'invalid_response'].includes(event.failure.failure)
  );
}

function toHoldFailure({ state }: LaneQueue): ReadFailure {
  return state.parkedBy === 'throttled'
    ? { failure: 'throttled', code: 'throttled', message: 'reads of this provider wait until it allows more' }
    : {
        failure: 'transient',
        code: 'unreachable',
        message: 'reads of this provider wait for a probe to succeed',
      };
}
