import { defineAdapter, type HttpClient, mapState } from '@migration-status/core/adapter';
import * as z from 'zod/mini';

const states = { idle: 'not_found', busy: 'running', finished: 'succeeded' } as const;

/** The provider has one migration and no id for it: the ref is empty, and the key says at which host it is. */
export function createSingletonAdapter(http: HttpClient) {
  return defineAdapter({
    provider: 'singleton',
    states,
    http,
    refSchema: z.strictObject({}),
    toKeyParts: () => [new URL(http.origin).host],
    toRequest: () => ({ path: '/migration' }),
    schema: z.object({ status: z.string() }),
    toReading: ({ status }, { native }) => ({
      state: mapState(states, status),
      nativeState: status,
      native,
    }),
  });
}
