import type { Dispatch, DispatchRequest, HeaderBytes, RawHeader } from './undici-dispatch.ts';

/** How much of a body may wait to be read before the sender is told to stop, in bytes. */
const longestQueueBytes = 65_536;

const bodilessStatuses = [204, 205, 304];

/** As many as the platform's `fetch` takes, so that an answer cannot ask for any amount of work. */
const mostCodings = 5;

/**
 * Sends one request through a dispatcher and resolves with the response when its head has come; the body follows as it is
 * read. Resolves with undefined, and cuts the connection, when the answer cannot be told as a `Response`: packed in a way
 * that this platform cannot unpack, or with a status beyond 599. Rejects with the signal's reason, or with the dispatcher's
 * own error when there is no answer. Aborting, and canceling the body, cut the connection.
 */
export function exchange(
  dispatch: Dispatch,
  request: DispatchRequest,
  signal: AbortSignal | null | undefined,
): Promise<Response | undefined> {
  return new Promise((resolve, reject) => {
    let cut: ((reason: unknown) => void) | undefined;
    let stopped: { readonly reason: unknown } | undefined;
    let resume = () => {};
    let queue: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;

    const onAbort = () => fail(signal?.reason, signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });

    function stop(reason: unknown): void {
      signal?.removeEventListener('abort', onAbort);
      stopped ??= { reason };
      cut?.(reason);
    }

    function fail(reason: unknown, shown: unknown): void {
      if (stopped) return;
      stop(reason);
      queue?.error(shown);
      reject(shown);
    }

    function toBody(): ReadableStream<Uint8Array<ArrayBuffer>> {
      return new ReadableStream(
        {
          start: (controller) => {
            queue = controller;
          },
          pull: () => resume(),
          cancel: stop,
        },
        { highWaterMark: longestQueueBytes, size: ({ byteLength }) => byteLength },
      );
    }

    dispatch(request, {
      onConnect(abort) {
        if (stopped) abort(stopped.reason);
        else cut = abort;
      },
      onHeaders(status, rawHeaders, resumeSocket, statusText) {
        // What comes before the answer (`103 Early Hints`) is no answer.
        if (status < 200) return true;
        resume = resumeSocket;
        const response = toResponse(status, statusText, toPairs(rawHeaders), toBody);
        if (response === undefined) stop(new Error('unreadable'));
        resolve(response);
        return true;
      },
      onData(chunk) {
        if (stopped || !queue) return true;
        queue.enqueue(chunk);
        return (queue.desiredSize ?? 0) > 0;
      },
      onComplete() {
        if (stopped) return;
        stop(undefined);
        queue?.close();
      },
      onError(error) {
        fail(error, queue ? new TypeError('terminated', { cause: error }) : error);
      },
    });
  });
}

function toResponse(
  status: number,
  statusText: string,
  headers: [name: string, value: string][],
  toBody: () => ReadableStream<Uint8Array<ArrayBuffer>>,
): Response | undefined {
  const codings = toCodings(headers);
  if (codings === undefined || status > 599) return undefined;
  const hasBody = !bodilessStatuses.includes(status);
  const body = hasBody
    ? codings.reduceRight((packed, coding) => packed.pipeThrough(new DecompressionStream(coding)), toBody())
    : null;
  return new Response(body, { status, statusText, headers });
}

/** The ways in which a body is packed, outermost last; undefined when one of them is not known here. */
function toCodings(
  headers: readonly (readonly [string, string])[],
): readonly CompressionFormat[] | undefined {
  const values = headers
    .filter(([name]) => name.toLowerCase() === 'content-encoding')
    .map(([, value]) => value);
  if (values.length === 0) return [];
  const names = values
    .join()
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const packings = names.filter((name) => name !== '' && name !== 'identity').map(withoutPrefix);
  return packings.length <= mostCodings && packings.every(isKnownCoding) ? packings : undefined;
}

function withoutPrefix(coding: string): string {
  return coding === 'x-gzip' ? 'gzip' : coding;
}

function isKnownCoding(coding: string): coding is CompressionFormat {
  return coding === 'gzip' || coding === 'deflate';
}

function toPairs(rawHeaders: readonly RawHeader[]): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = String(toTexts(rawHeaders[index]));
    for (const value of toTexts(rawHeaders[index + 1])) pairs.push([name, value]);
  }
  return pairs;
}

function toTexts(raw: RawHeader | undefined): readonly string[] {
  if (raw === undefined) return [];
  return isList(raw) ? raw.map((bytes) => bytes.toString('latin1')) : [raw.toString('latin1')];
}

function isList(raw: RawHeader): raw is readonly HeaderBytes[] {
  return Array.isArray(raw);
}
