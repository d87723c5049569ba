/** Breaks a text at spaces into lines of at most `width` characters; all but the first begin with `indent`. */
export function wrapText(text: string, width: number, indent: string): string {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const isIndent = rest.slice(0, space).trim() === '';
    const at = space <= 0 || isIndent ? width : space;
    lines.push(rest.slice(0, at).trimEnd());
    rest = `${indent}${rest.slice(at).trimStart()}`;
  }
  return [...lines, rest].join('\n');
}
