import { isMigrationState, type MigrationAdapter } from '@migration-status/core';
import { ConfigurationError, classifyFailure, toMigrationKey } from '@migration-status/core/adapter';
import { sentHeader } from './provider.ts';

/** The adapter of one account of the provider of the torture. */
export function createProviderAdapter(
  url: string,
  lane: string,
): MigrationAdapter<unknown, { readonly id: string }> {
  const provider = 'torture';
  return {
    specVersion: 1,
    provider,
    capabilities: {
      progress: 'none',
      maxBatchSize: 1,
      list: false,
      start: false,
      cancel: false,
      push: false,
    },
    states: {},
    parseRef(value) {
      const id = typeof value === 'object' && value !== null ? Reflect.get(value, 'id') : undefined;
      if (typeof id === 'string') return { id };
      throw new ConfigurationError({ provider, option: 'id', message: '"id" must be a string' });
    },
    key: ({ id }) => toMigrationKey(provider, [lane, id]),
    lane: () => lane,
    async getStatus({ id }, { signal } = {}) {
      const response = await fetch(`${url}/${lane}/${id}`, {
        headers: { [sentHeader]: String(performance.timeOrigin + performance.now()) },
        ...(signal && { signal }),
      });
      const { state } = await response.json();
      if (!isMigrationState(state)) throw new Error('the provider says something else');
      return { state, nativeState: state, native: null };
    },
    classify: classifyFailure,
  };
}
