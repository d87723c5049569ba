import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';

/** How many columns a text takes: wide characters take two, combining marks none, colours none. */
export function toWidth(text: string): number {
  return stringWidth(text);
}

/** A text cut to a width, at its end or in its middle, with a sign that something is missing. */
export function cutText(
  text: string,
  width: number,
  isUnicode: boolean,
  position: 'end' | 'middle' = 'end',
): string {
  if (toWidth(text) <= width) return text;
  if (width < 1) return '';
  return cliTruncate(text, width, { position, truncationCharacter: isUnicode ? '…' : '~' });
}

/** A text followed by spaces up to a width. */
export function padText(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - toWidth(text)));
}
