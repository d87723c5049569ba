/** What repeated measurements of one thing came to. */
export interface Figure {
  /** The median. */
  readonly value: number;
  readonly least: number;
  readonly most: number;
  /** How often it was measured. */
  readonly runs: number;
}

/** The figure of one or more values. */
export function toFigure(values: readonly number[]): Figure {
  const sorted = values.toSorted((left, right) => left - right);
  const [least] = sorted;
  const most = sorted.at(-1);
  const high = sorted[Math.floor(sorted.length / 2)];
  const low = sorted[Math.ceil(sorted.length / 2) - 1];
  if (least === undefined || most === undefined || high === undefined || low === undefined) {
    throw new RangeError('a figure needs at least one value');
  }
  return { value: (low + high) / 2, least, most, runs: sorted.length };
}
