import { inspect } from 'node:util';

/** The colours and weights that are used. */
export type Shade = 'dim' | 'bold' | 'blue' | 'green' | 'yellow' | 'red' | 'magenta';

/** What a text is drawn for. */
export interface Look {
  readonly isColored: boolean;
  /** Whether symbols beyond ASCII can be shown. */
  readonly isUnicode: boolean;
  /** Whether times of day are those of where we are. Default: UTC. */
  readonly isLocalTime?: boolean | undefined;
}

/** A text in a colour, where colours are wanted. */
export function shadeText(text: string, shade: Shade, { isColored }: Pick<Look, 'isColored'>): string {
  const [open, close] = inspect.colors[shade] ?? [0, 0];
  return isColored && text !== '' ? `\u001b[${open}m${text}\u001b[${close}m` : text;
}
