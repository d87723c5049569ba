import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

let files = 0;

/** Gives paths of files that are not there yet, in a folder that goes away after the tests of the file. */
export function useTemporaryFolder(): () => string {
  const folder = mkdtempSync(path.join(tmpdir(), 'migration-status-store-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return () => {
    files += 1;
    return path.join(folder, `${files}.jsonl`);
  };
}
