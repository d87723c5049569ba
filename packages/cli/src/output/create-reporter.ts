import type { Surroundings } from '../surroundings.ts';
import { createJsonReporter } from './json-reporter.ts';
import { createLiveReporter } from './live-reporter.ts';
import { createNdjsonReporter } from './ndjson-reporter.ts';
import { toOutputMode } from './output-mode.ts';
import { createPlainReporter } from './plain-reporter.ts';
import { createQuietReporter } from './quiet-reporter.ts';
import type { Reporter } from './reporter.ts';
import { toStreamLook } from './stream-look.ts';
import { createTableReporter } from './table-reporter.ts';

/** What the flags about output say. */
export interface OutputFlags {
  readonly output?: string | undefined;
  readonly color?: string | undefined;
  readonly time?: string | undefined;
  readonly native?: boolean | undefined;
}

/** Makes the reporter that the flags, the environment and the terminal ask for. */
export function createReporter(
  surroundings: Surroundings,
  flags: OutputFlags,
  { isFollowing }: { readonly isFollowing: boolean },
): Reporter {
  const { stdout, environment } = surroundings;
  const isTerminal = stdout.isTTY === true;
  const mode = toOutputMode({ flag: flags.output, environment, isTerminal, isFollowing });
  const look = toStreamLook({ color: flags.color, time: flags.time, environment, isTerminal });
  switch (mode) {
    case 'live':
      return createLiveReporter(surroundings, look);
    case 'table':
      return createTableReporter(surroundings, look);
    case 'plain':
      return createPlainReporter(surroundings, look);
    case 'json':
      return createJsonReporter(surroundings, flags);
    case 'ndjson':
      return createNdjsonReporter(surroundings, flags);
    case 'quiet':
      return createQuietReporter(surroundings);
  }
}
