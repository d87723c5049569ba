import {
  ConfigurationError,
  classifyFailure,
  type MigrationAdapter,
  type MigrationReading,
} from '@migration-status/core/adapter';

/** A ref that brings its key along, so that no measurement pays for making one. */
export interface StubRef {
  readonly key: string;
  readonly index: number;
}

/** What a stub adapter is made of. */
export interface StubAdapterOptions {
  /** One look. What it throws is a failed read. */
  readonly read: (
    ref: StubRef,
    signal?: AbortSignal,
  ) => MigrationReading<null> | Promise<MigrationReading<null>>;
  /** Most refs in one request. Default 1: it reads one by one. */
  readonly batchSize?: number;
  /** Default: one lane for all. */
  readonly lane?: (ref: StubRef) => string;
}

/** The reading of a migration that is under way. */
export const runningReading: MigrationReading<null> = Object.freeze({
  state: 'running',
  nativeState: 'running',
  native: null,
});

/** The reading of a migration that has ended well. */
export const succeededReading: MigrationReading<null> = Object.freeze({
  state: 'succeeded',
  nativeState: 'succeeded',
  native: null,
});

/** Refs of that many migrations. */
export function createRefs(count: number): readonly StubRef[] {
  return Array.from({ length: count }, (_, index) => ({ key: toId(index), index }));
}

/**
 * The id of a migration, as a string that is one piece, like those that are parsed from JSON. One that is made of parts
 * is put together in memory when it is first looked into, and that would be counted as the work of whoever does so.
 */
export function toId(index: number): string {
  return Buffer.from(`stub/${index}`).toString('latin1');
}

/** An adapter whose provider is a function in the same process. */
export function createStubAdapter({
  read,
  batchSize = 1,
  lane = () => 'stub',
}: StubAdapterOptions): MigrationAdapter<null, StubRef> {
  const adapter: MigrationAdapter<null, StubRef> = {
    specVersion: 1,
    provider: 'stub',
    capabilities: {
      progress: 'none',
      maxBatchSize: batchSize,
      list: false,
      start: false,
      cancel: false,
      push: false,
    },
    states: { running: 'running', succeeded: 'succeeded' },
    parseRef: toRef,
    key: (ref) => ref.key,
    lane,
    getStatus: async (ref, context) => read(ref, context?.signal),
    classify: classifyFailure,
  };
  if (batchSize === 1) return adapter;
  return {
    ...adapter,
    async getStatuses(refs, context) {
      const readings = new Map<string, MigrationReading<null>>();
      for (const ref of refs) {
        const reading = read(ref, context?.signal);
        readings.set(ref.key, reading instanceof Promise ? await reading : reading);
      }
      return readings;
    },
  };
}

function toRef(value: unknown): StubRef {
  if (isRef(value)) return value;
  throw new ConfigurationError({
    provider: 'stub',
    option: 'ref',
    message: 'a stub ref has a key and an index',
  });
}

function isRef(value: unknown): value is StubRef {
  return typeof value === 'object' && value !== null && 'key' in value && 'index' in value;
}
