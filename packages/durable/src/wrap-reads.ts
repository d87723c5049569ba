import type { MigrationAdapter } from '@migration-status/core';

/** What a request asks. */
export interface ReadQuestion {
  readonly refs: readonly unknown[];
  readonly signal: AbortSignal | undefined;
}

/** Is called in the place of each request, and makes it where it sees fit. */
export type AroundRead = <Answer>(question: ReadQuestion, read: () => Promise<Answer>) => Promise<Answer>;

/** The same adapter with something around its reads, and with nothing but what reading takes. */
export function wrapReads(adapter: MigrationAdapter, around: AroundRead): MigrationAdapter {
  const { specVersion, provider, capabilities, states, getStatuses, urlLengthOf } = adapter;
  return {
    specVersion,
    provider,
    capabilities,
    states,
    parseRef: (value) => adapter.parseRef(value),
    key: (ref) => adapter.key(ref),
    lane: (ref) => adapter.lane(ref),
    classify: (error) => adapter.classify(error),
    getStatus: (ref, context) =>
      around({ refs: [ref], signal: context?.signal }, () => adapter.getStatus(ref, context)),
    ...(getStatuses && {
      getStatuses: (refs, context) =>
        around({ refs, signal: context?.signal }, () => getStatuses.call(adapter, refs, context)),
    }),
    ...(urlLengthOf && { urlLengthOf: (ref) => urlLengthOf.call(adapter, ref) }),
  };
}
