import {
  defineAdapter,
  type HttpClient,
  mapState,
  noBody,
  ProviderResponseError,
} from '@migration-status/core/adapter';
import * as z from 'zod/mini';

const states = { 'HTTP 202': 'running', 'HTTP 200': 'succeeded', 'HTTP 204': 'succeeded' } as const;

/** The state is the HTTP status alone, and each 202 says in `Location` where to look the next time. */
export function createHttpStatusOnlyAdapter(http: HttpClient) {
  const toUrl = ({ operationId }: { operationId: string }, memo: unknown) =>
    typeof memo === 'string' ? memo : `${http.origin}/operations/${encodeURIComponent(operationId)}`;

  return defineAdapter({
    provider: 'codes',
    states,
    http,
    refSchema: z.strictObject({ operationId: z.string() }),
    toKeyParts: ({ operationId }) => [operationId],
    toRequest: (ref, { memo }) => ({ url: toUrl(ref, memo) }),
    schema: noBody,
    toReading(_body, { ref, memo, native, reply }) {
      const url = toUrl(ref, memo);
      const next = URL.parse(reply.headers.get('location') ?? url, url);
      if (next?.origin !== http.origin) {
        const message = 'codes: expected a Location at its own origin';
        throw new ProviderResponseError({ provider: 'codes', path: 'Location', message });
      }
      const nativeState = `HTTP ${reply.status}`;
      return { state: mapState(states, nativeState), nativeState, memo: next.href, native };
    },
  });
}
