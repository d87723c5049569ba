import type { MigrationAdapter } from '@migration-status/core';

/** What a request asks. */
export interface ReadQuestion {
  readonly refs: readonly unknown[];
  readonly signal: AbortSignal | undefined;
}

/** Is called in the place of each request, and makes it where it sees fit. */
export type AroundRead = <Answer>(question: ReadQuestion, read: () => Promise<Answer>) => Promise<Answer>;

/**
 * The same adapter with something around its reads, and with nothing but what reading takes.
 *
 * @param toAnswer What the answer for each migration becomes. Default: it stays as it is.
 */
export function wrapReads(
  adapter: MigrationAdapter,
  around: AroundRead,
  toAnswer?: <Answer>(answer: Answer) => Answer,
): MigrationAdapter {
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
    async getStatus(ref, context) {
      const question = { refs: [ref], signal: context?.signal };
      const answer = await around(question, () => adapter.getStatus(ref, context));
      return toAnswer ? toAnswer(answer) : answer;
    },
    ...(getStatuses && {
      async getStatuses(refs, context) {
        const question = { refs, signal: context?.signal };
        const answers = await around(question, () => getStatuses.call(adapter, refs, context));
        return toAnswer ? new Map(Array.from(answers, ([key, answer]) => [key, toAnswer(answer)])) : answers;
      },
    }),
    ...(urlLengthOf && { urlLengthOf: (ref) => urlLengthOf.call(adapter, ref) }),
  };
}
