import { readFileSync } from 'node:fs';

/** A fixture's text, for example `velt/completed.json`. */
export function readFixtureText(name: string): string {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
}

/** A fixture's JSON. */
export function readFixture(name: string) {
  return JSON.parse(readFixtureText(name));
}
