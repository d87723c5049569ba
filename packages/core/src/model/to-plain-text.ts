/** Provider text as plain text: without line breaks and terminal control codes, which a message could smuggle into a log. */
export function toPlainText(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').trim();
}
