/** How long one audit may take. Those of a sound adapter are over in well under a second. */
export const auditLimitMs = 20_000;

/** Waits for something, and rejects when that takes too long: an adapter may sleep, or never answer. */
export async function withTimeLimit<Value>(work: Promise<Value>, limitMs: number): Promise<Value> {
  const { promise: limit, reject } = Promise.withResolvers<never>();
  const message = `it was not over after ${limitMs / 1000} s: a call of the adapter waits by itself, or never answers`;
  const timer = setTimeout(() => reject(new TimeLimitError(message)), limitMs);
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** What was waited for was not over in time. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';
}
