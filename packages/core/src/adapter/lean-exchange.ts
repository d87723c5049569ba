import { type BodyQueue, type BodyReader, createBodyQueue, toBodyStream } from './body-queue.ts';
import { LeanResponse, type ResponseHead } from './lean-response.ts';
import type { Dispatch, DispatchRequest, HeaderBytes, RawHeader } from './undici-dispatch.ts';

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
    let body: BodyQueue | undefined;

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
      body?.fail(shown);
      reject(shown);
    }

    dispatch(request, {
      onConnect(abort) {
        if (stopped) abort(stopped.reason);
        else cut = abort;
      },
      onHeaders(status, rawHeaders, resume, statusText) {
        // What comes before the answer (`103 Early Hints`) is no answer.
        if (status < 200) return true;
        body = createBodyQueue({ resume, cut: stop });
        const response = toResponse({ status, statusText, headers: toHeaders(rawHeaders) }, body);
        if (response === undefined) stop(new Error('unreadable'));
        resolve(response);
        return true;
      },
      onData(chunk) {
        return stopped || !body ? true : body.push(chunk);
      },
      onComplete() {
        if (stopped) return;
        stop(undefined);
        body?.end();
      },
      onError(error) {
        fail(error, body ? new TypeError('terminated', { cause: error }) : error);
      },
    });
  });
}

function toResponse(head: ResponseHead, reader: BodyReader): Response | undefined {
  const { status } = head;
  const codings = toCodings(head.headers);
  if (codings === undefined || status > 599) return undefined;
  if (bodilessStatuses.includes(status)) return new Response(null, head);
  if (codings.length === 0) return new LeanResponse(head, reader);
  const body = codings.reduceRight(
    (packed, coding) => packed.pipeThrough(new DecompressionStream(coding)),
    toBodyStream(reader),
  );
  return new Response(body, head);
}

/** The ways in which a body is packed, outermost last; undefined when one of them is not known here. */
function toCodings(headers: Headers): readonly CompressionFormat[] | undefined {
  const header = headers.get('content-encoding');
  if (header === null) return [];
  const names = header
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

/** One by one, because to hand them to a `Headers` in a list costs twice as much. */
function toHeaders(rawHeaders: readonly RawHeader[]): Headers {
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = toText(rawHeaders[index]);
    const value = rawHeaders[index + 1];
    if (isList(value)) for (const one of value) headers.append(name, toText(one));
    else headers.append(name, toText(value));
  }
  return headers;
}

function toText(raw: RawHeader | undefined): string {
  return isList(raw) ? raw.map(toText).join() : (raw?.toString('latin1') ?? '');
}

function isList(raw: RawHeader | undefined): raw is readonly HeaderBytes[] {
  return Array.isArray(raw);
}
