import { setImmediate } from 'node:timers/promises';
import { type AuditResult, fail } from './audit.ts';

/** Notices promises that are rejected and that nobody takes, which would end the process. */
export interface StrayWatch {
  /** The failure that those since the last look amount to; undefined when there were none. */
  take(): Promise<AuditResult | undefined>;
  end(): void;
}

/** Begins to watch. */
export function watchStrays(): StrayWatch {
  let strays: unknown[] = [];
  const note = (reason: unknown) => {
    strays.push(reason);
  };
  process.on('unhandledRejection', note);
  return {
    async take() {
      // Node tells of them once the promises that are settled have had their turn.
      await setImmediate();
      const [first] = strays;
      const isStray = strays.length > 0;
      strays = [];
      if (!isStray) return undefined;
      const said = first instanceof Error ? first.message : String(first);
      return fail(`a promise was rejected and nobody took it, which ends a process: ${said}`, first);
    },
    end() {
      process.off('unhandledRejection', note);
    },
  };
}
