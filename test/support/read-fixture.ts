import { readFileSync } from 'node:fs';

/**
 * Makes a reader for the files in `fixtures/` beside a test.
 *
 * @example
 * const readFixture = createFixtureReader(import.meta.url);
 * const body = readFixture('completed.json');
 */
export function createFixtureReader(testUrl: string): (name: string) => string {
  return (name) => readFileSync(new URL(`./fixtures/${name}`, testUrl), 'utf8');
}
