import { ConfigurationError, type FailureClass, MigrationStatusError } from '@migration-status/core/adapter';

/** Reads migrations one by one. */
export interface EachReader<Ref, Reading> {
  read(ref: Ref): Promise<Reading>;
  classify(error: MigrationStatusError): FailureClass;
  /** Failures after which nothing more is asked for. */
  readonly stops: readonly FailureClass[];
  readonly signal: AbortSignal | undefined;
}

const readsAtOnce = 4;

/**
 * Reads each by itself, a few at a time, and hands over what comes of it. Once a read fails in a way that stops, the rest is
 * not asked for, and fails like it.
 */
export async function readEach<Ref, Reading>(
  refs: Iterable<Ref>,
  { read, classify, stops, signal }: EachReader<Ref, Reading>,
  onRead: (ref: Ref, outcome: Reading | MigrationStatusError) => void,
): Promise<void> {
  let stop: MigrationStatusError | undefined;
  async function tryRead(ref: Ref): Promise<Reading | MigrationStatusError> {
    try {
      return await read(ref);
    } catch (error) {
      const failure = toRequestFailure(error, signal);
      if (stops.includes(classify(failure))) stop = failure;
      return failure;
    }
  }
  const queue = [...refs].values();
  async function readSome(): Promise<void> {
    for (const ref of queue) onRead(ref, stop ?? (await tryRead(ref)));
  }
  await Promise.all(Array.from({ length: readsAtOnce }, readSome));
}

/** The error of a request; what is none of a request is thrown on. */
export function toRequestFailure(error: unknown, signal: AbortSignal | undefined): MigrationStatusError {
  signal?.throwIfAborted();
  if (MigrationStatusError.isInstance(error) && !ConfigurationError.isInstance(error)) return error;
  throw error;
}
