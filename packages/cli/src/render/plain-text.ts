/**
 * Provider text as plain text on one line: without terminal control codes, line breaks, and the marks that turn the direction
 * of writing around, with which a message could draw over what others say.
 */
export function toPlainText(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();
}
