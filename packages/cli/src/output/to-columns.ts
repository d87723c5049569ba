import type { OutputStream } from '../surroundings.ts';
import type { Environment } from './output-mode.ts';

/** What a terminal is taken for that does not say how wide it is. */
const usualColumns = 80;

/**
 * How wide a table may be: as wide as the terminal; in a pipe or a file as wide as `COLUMNS` says, and without it as wide as the
 * table has to be. Anything but a whole number above 0 in `COLUMNS` counts as nothing.
 */
export function toColumns(
  { isTTY, columns }: Pick<OutputStream, 'isTTY' | 'columns'>,
  environment: Environment,
): number {
  if (isTTY && columns) return columns;
  const said = environment.COLUMNS ?? '';
  if (/^0*[1-9]\d*$/.test(said)) return Number(said);
  return isTTY ? usualColumns : Number.POSITIVE_INFINITY;
}
