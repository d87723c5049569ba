import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/index.ts';

/** The clock that one process sees, and what can be seen of the process from outside through it. */
export interface ProcessClock extends Clock {
  /** Timers that are set and have not rung. */
  readonly timers: number;
  /** When the next one rings, in the time of the world; undefined when none is set. */
  readonly nextTimerAt: number | undefined;
  /** The process is dead: its timers never ring. */
  kill(): void;
}

/** Time that passes from event to event, and not in between. */
export interface VirtualClock {
  /** Milliseconds since the beginning of the world. */
  now(): number;
  /** The wall clock, whole epoch milliseconds. */
  wallTime(): number;
  /** Lets something happen in the world after a while. */
  after(delayMs: number, happen: () => void): void;
  /** A clock of a process that began at a time of its own. */
  startProcess(startedAt: number): ProcessClock;
  /** Lets the next event happen, and settle; false when there is none. */
  next(): Promise<boolean>;
  /** Whether something should have happened by now and has not. */
  readonly isBehind: boolean;
  /** The machine sleeps: time passes, and all that falls into it happens late. */
  sleep(durationMs: number): void;
  /** Sets the wall clock forward, or back when negative. */
  jumpWallTime(durationMs: number): void;
}

interface Appointment {
  readonly at: number;
  readonly happen: () => void;
  isOff: boolean;
}

/** Makes a clock at time 0. */
export function createVirtualClock(): VirtualClock {
  const agenda: Appointment[] = [];
  let now = 0;
  let wallOffset = Date.UTC(2026, 0, 1);

  /** Equal times happen in the order in which they were arranged. */
  function add(at: number, happen: () => void): Appointment {
    const appointment = { at, happen, isOff: false };
    let index = agenda.length;
    while (index > 0 && (agenda[index - 1]?.at ?? 0) > at) index -= 1;
    agenda.splice(index, 0, appointment);
    return appointment;
  }

  function callOff(appointment: Appointment): void {
    if (appointment.isOff) return;
    appointment.isOff = true;
    const index = agenda.indexOf(appointment);
    if (index >= 0) agenda.splice(index, 1);
  }

  const wallTime = () => Math.floor(now + wallOffset);

  return {
    now: () => now,
    wallTime,
    after(delayMs, happen) {
      add(now + delayMs, happen);
    },
    startProcess(startedAt) {
      const timers = new Set<Appointment>();
      const origin = now - startedAt;
      let isDead = false;
      return {
        now: () => now - origin,
        wallTime,
        setTimer(callback, delayMs) {
          if (isDead) return () => {};
          // Never early by the clock of the process either, whose times are finer than those of the run.
          const ringsAt = now - origin + Math.max(0, delayMs);
          let at = now + Math.max(0, delayMs);
          while (at - origin < ringsAt) at += Math.abs(at) * Number.EPSILON;
          const timer = add(at, () => {
            timers.delete(timer);
            callback();
          });
          timers.add(timer);
          return () => {
            timers.delete(timer);
            callOff(timer);
          };
        },
        get timers() {
          return timers.size;
        },
        get nextTimerAt() {
          return timers.size === 0 ? undefined : Math.min(...[...timers].map(({ at }) => at));
        },
        kill() {
          isDead = true;
          for (const timer of timers) callOff(timer);
          timers.clear();
        },
      };
    },
    async next() {
      const appointment = agenda.shift();
      if (appointment === undefined) return false;
      appointment.isOff = true;
      now = Math.max(now, appointment.at);
      appointment.happen();
      await setImmediate();
      return true;
    },
    get isBehind() {
      return (agenda[0]?.at ?? Number.POSITIVE_INFINITY) <= now;
    },
    sleep(durationMs) {
      now += durationMs;
    },
    jumpWallTime(durationMs) {
      wallOffset += durationMs;
    },
  };
}
