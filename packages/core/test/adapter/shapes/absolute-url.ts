import { defineAdapter, type HttpClient, mapState } from '@migration-status/core/adapter';
import * as z from 'zod/mini';

const states = { InProgress: 'running', Succeeded: 'succeeded', Failed: 'failed' } as const;

/** The handle is a URL that the provider handed out at the start. One of another origin would be given the credentials. */
export function createAbsoluteUrlAdapter(http: HttpClient) {
  const isOwn = (value: string) => {
    const url = URL.parse(value);
    return url?.origin === http.origin && url.username === '' && url.password === '';
  };

  return defineAdapter({
    provider: 'links',
    states,
    http,
    refSchema: z.strictObject({
      url: z.string().check(z.refine(isOwn, `a URL of ${http.origin} without credentials`)),
    }),
    toKeyParts: ({ url }) => [url],
    toRequest: ({ url }) => ({ url }),
    schema: z.object({ status: z.string() }),
    toReading: ({ status }, { native }) => ({
      state: mapState(states, status),
      nativeState: status,
      native,
    }),
  });
}
