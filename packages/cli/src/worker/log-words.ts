/** How the lines of a worker are written. */
export const logWords = ['text', 'ndjson'] as const;

/** One of {@link logWords}. */
export type LogFormat = (typeof logWords)[number];
