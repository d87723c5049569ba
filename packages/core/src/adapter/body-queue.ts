/** How much of a body may wait to be read before the sender is told to stop, in bytes. */
const longestQueueBytes = 65_536;

/** Reads a body piece by piece, as the reader of a `ReadableStream` does. */
export interface BodyReader {
  /** The next piece, once it is there; rejects when the body was cut off. One at a time. */
  read(): Promise<BodyPiece>;
  /** Lets go of the rest. */
  cancel(reason?: unknown): Promise<void>;
}

type BodyPiece =
  | { readonly done: false; readonly value: Uint8Array<ArrayBuffer> }
  | { readonly done: true; readonly value?: undefined };

/** Where a body arrives, and waits for its reader. */
export interface BodyQueue extends BodyReader {
  /** False means: no more until `resume` is called. */
  push(value: Uint8Array<ArrayBuffer>): boolean;
  end(): void;
  /** What has come and was not read is lost with the rest. */
  fail(error: unknown): void;
}

/** What the reader of a body can tell its sender. */
export interface BodySender {
  resume(): void;
  cut(reason: unknown): void;
}

/**
 * Keeps what has come of a body until it is read. A `ReadableStream` does that too, and takes more time to make than a small
 * body takes to read; whoever wants one makes it of this, with {@link toBodyStream}.
 */
export function createBodyQueue({ resume, cut }: BodySender): BodyQueue {
  const values: Uint8Array<ArrayBuffer>[] = [];
  let waitingBytes = 0;
  let isPaused = false;
  let isEnded = false;
  let failure: { readonly error: unknown } | undefined;
  let reader: PromiseWithResolvers<BodyPiece> | undefined;

  /** Gives the reader who waits what there is for it. */
  function serve(): void {
    if (reader === undefined) return;
    const value = values.shift();
    if (failure !== undefined) reader.reject(failure.error);
    else if (value !== undefined) reader.resolve({ done: false, value });
    else if (isEnded) reader.resolve({ done: true });
    else return;
    reader = undefined;
    waitingBytes -= value?.byteLength ?? 0;
  }

  return {
    push(value) {
      values.push(value);
      waitingBytes += value.byteLength;
      serve();
      isPaused = waitingBytes >= longestQueueBytes;
      return !isPaused;
    },
    end() {
      isEnded = true;
      serve();
    },
    fail(error) {
      failure = { error };
      serve();
    },
    read() {
      reader = Promise.withResolvers();
      const { promise } = reader;
      serve();
      if (isPaused && waitingBytes < longestQueueBytes) {
        isPaused = false;
        resume();
      }
      return promise;
    },
    async cancel(reason) {
      values.length = 0;
      if (isEnded || failure) return;
      isEnded = true;
      cut(reason);
    },
  };
}

/** A body as a stream, for those who want more than to read it to its end. */
export function toBodyStream(reader: BodyReader): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
