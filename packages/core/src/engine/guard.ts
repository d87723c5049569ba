/** Calls what somebody else wrote, and is never harmed by it. */
export type Guard = <Arguments extends readonly unknown[]>(
  listener: (...told: Arguments) => unknown,
  ...told: Arguments
) => void;

/** Makes a guard: what a listener throws, or what its promise rejects with, is reported and stops nothing. */
export function createGuard(report: (error: unknown) => void): Guard {
  function reportSafely(error: unknown): void {
    try {
      report(error);
    } catch {
      // Somebody else wrote the report too, and nobody is left to tell.
    }
  }

  return (listener, ...told) => {
    try {
      const result = listener(...told);
      if (isThenable(result)) Promise.resolve(result).catch(reportSafely);
    } catch (error) {
      reportSafely(error);
    }
  };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
