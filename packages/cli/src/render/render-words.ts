import { padText, toWidth } from './fit-text.ts';

/** Lines of words, one below the other in columns as wide as they have to be. */
export function renderWords(lines: readonly (readonly string[])[]): string {
  const count = Math.max(0, ...lines.map((words) => words.length));
  const widths = Array.from({ length: count }, (_none, index) =>
    Math.max(...lines.map((words) => toWidth(words[index] ?? ''))),
  );
  return lines
    .map((words) =>
      words
        .map((word, index) => padText(word, widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
