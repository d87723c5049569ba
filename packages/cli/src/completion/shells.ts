/** The shells that there are scripts for. */
export const completionShells = ['bash', 'zsh'] as const;

/** One of {@link completionShells}. */
export type CompletionShell = (typeof completionShells)[number];
