import type * as core from '../../src/index.ts';

/** The module under test: the package's own, or a copy of it with a fault. */
export type Core = Pick<
  typeof core,
  'createMemoryStore' | 'createStatusView' | 'createTracker' | 'ProviderRequestError'
>;
