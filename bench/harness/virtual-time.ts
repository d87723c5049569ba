import FakeTimers from '@sinonjs/fake-timers';

/** Time that stands still until it is moved. */
export interface VirtualTime {
  /** Moves on, and lets everything happen that was due, promises included. */
  advance(milliseconds: number): Promise<void>;
  /** Timers that are set. */
  countTimers(): number;
  /** Gives the real time back. */
  restore(): void;
}

/** Takes over the timers and clocks of this process. */
export function startVirtualTime(): VirtualTime {
  const clock = FakeTimers.install({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  });
  return {
    advance: async (milliseconds) => {
      await clock.tickAsync(milliseconds);
    },
    countTimers: () => clock.countTimers(),
    restore: () => clock.uninstall(),
  };
}
