import { toSnapshotJson } from '@migration-status/core';
import { toJsonText } from '../render/to-json-text.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Reporter } from './reporter.ts';

/** One document when all is over: the JSON of a snapshot. */
export function createJsonReporter(
  { stdout, stderr }: Pick<Surroundings, 'stdout' | 'stderr'>,
  { native = false }: { readonly native?: boolean | undefined } = {},
): Reporter {
  return {
    start() {},
    note(message) {
      stderr.write(`${message}\n`);
    },
    finish({ snapshot }) {
      stdout.write(`${toJsonText(toSnapshotJson(snapshot, { native }), 2)}\n`);
    },
  };
}
