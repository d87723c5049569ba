import { type MigrationRow, type MigrationStatus, pollUntilDone } from '@migration-status/core';
import { createHttpClient, type HttpClient, type MigrationAdapter } from '@migration-status/core/adapter';
import { createManualClock } from '../../../../../test/support/manual-clock.ts';
import { createRealReads } from '../../../../../test/support/real-reads.ts';
import { createRecordingFetch, type SentRequest } from '../../../../../test/support/recording-fetch.ts';

/** An answer of the provider: a JSON body, or what there is to say without one. */
export type Answer =
  | { readonly json: unknown }
  | { readonly httpStatus: number; readonly location?: string; readonly retryAfter?: string };

/** The answers to the requests, in order, of which the last one stays; or whatever a function makes of a request. */
export type Script = readonly Answer[] | ((request: SentRequest) => Answer);

/** A provider that answers by a script, at `https://api.example`. */
export function createScriptedHttp(script: Script): {
  readonly http: HttpClient;
  readonly requests: readonly SentRequest[];
} {
  const { fetch, requests } = createRecordingFetch((request) => {
    if (typeof script === 'function') return toResponse(script(request));
    return toResponse(script[Math.min(requests.length, script.length) - 1] ?? { httpStatus: 404 });
  });
  const http = createHttpClient({
    provider: 'example',
    baseUrl: 'https://api.example',
    credentials: { authorization: 'Bearer canary-4711' },
    fetch,
  });
  return { http, requests };
}

function toResponse(answer: Answer): Response {
  if ('json' in answer) return Response.json(answer.json);
  const { httpStatus, location, retryAfter } = answer;
  const headers = { ...(location && { location }), ...(retryAfter && { 'retry-after': retryAfter }) };
  return new Response(null, { status: httpStatus, headers });
}

/** Follows one migration to its end in virtual time, and gives each status that was told on the way. */
export async function followToEnd(
  adapter: MigrationAdapter,
  ref: unknown,
): Promise<readonly MigrationStatus[]> {
  const clock = createManualClock();
  const { watch, nextTurn } = createRealReads();
  const told: MigrationStatus[] = [];
  let isOver = false;
  const onChange = ({ status }: MigrationRow) => status && told.push(status);
  const end = pollUntilDone(watch(adapter), ref, { clock, random: () => 0, timeoutMs: 3_600_000, onChange });
  const over = end.finally(() => {
    isOver = true;
  });
  over.catch(() => {});
  while (!isOver) await nextTurn(clock);
  await over;
  return told;
}
