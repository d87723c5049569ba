import { readFileSync } from 'node:fs';

/** What is in a JSON file. */
export function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
