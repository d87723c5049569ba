/**
 * A number for people: `1,204`. In English wherever it runs, so that a server writes what a browser does.
 *
 * @example
 * describeCount(1_204); // '1,204'
 */
export function describeCount(count: number): string {
  return count.toLocaleString('en');
}
