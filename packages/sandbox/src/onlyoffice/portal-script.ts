import { requireDuration, requireKnownKeys, requireOneOf } from '../argument-checks.ts';

/** How the parse of a portal ends. */
export type ParseOutcome = (typeof parseOutcomes)[number];

/** How the import of a portal ends. */
export type ImportOutcome = (typeof importOutcomes)[number];

/** The first is the default. */
const parseOutcomes = [
  'parsed',
  'no_users',
  'some_archives_failed',
  'failed',
  'wrong_archive_type',
  'unknown_migrator',
] as const;

/** The first is the default. */
const importOutcomes = [
  'completed',
  'completed_with_failures',
  'file_errors_only',
  'all_users_failed',
  'failed',
  'missing_upload',
] as const;

/** The stretches of one phase, in the order in which a reader meets them; milliseconds of provider time. */
export interface PhaseDurations {
  /** The job before it is still answered, because the command was only queued. Default 0. */
  readonly staleForMs?: number | undefined;
  /** No job is answered. Default 0. */
  readonly emptyForMs?: number | undefined;
  /** The job waits for its turn. Default 2 000. */
  readonly queuedForMs?: number | undefined;
  /** The job runs and its progress rises. Default 20 000 for a parse, 30 000 for an import. */
  readonly runningForMs?: number | undefined;
}

/** How a portal's parse goes. */
export interface ParseScript extends PhaseDurations {
  /** Default `parsed`. */
  readonly outcome?: ParseOutcome | undefined;
}

/** How a portal's import goes. */
export interface ImportScript extends PhaseDurations {
  /** Default `completed`. */
  readonly outcome?: ImportOutcome | undefined;
}

/** A script with its defaults filled in. */
export type CompletePhase<Outcome> = { readonly [Key in keyof PhaseDurations]-?: number } & {
  readonly outcome: Outcome;
};

const phaseKeys = ['staleForMs', 'emptyForMs', 'queuedForMs', 'runningForMs', 'outcome'];

/** Checks a parse script and converts its durations with `convert`. */
export function completeParse(
  script: ParseScript,
  convert: (providerMs: number) => number,
): CompletePhase<ParseOutcome> {
  return completePhase('parse', script, parseOutcomes, 20_000, convert);
}

/** Checks an import script and converts its durations with `convert`. */
export function completeImport(
  script: ImportScript,
  convert: (providerMs: number) => number,
): CompletePhase<ImportOutcome> {
  return completePhase('import', script, importOutcomes, 30_000, convert);
}

function completePhase<Outcome extends string>(
  name: string,
  script: PhaseDurations & { readonly outcome?: Outcome | undefined },
  outcomes: readonly [Outcome, ...Outcome[]],
  defaultRunningForMs: number,
  convert: (providerMs: number) => number,
): CompletePhase<Outcome> {
  function durationOf(key: keyof PhaseDurations, defaultMs: number): number {
    const { [key]: durationMs = defaultMs } = script;
    requireDuration(`${name}.${key}`, durationMs);
    return convert(durationMs);
  }

  requireKnownKeys(name, script, phaseKeys);
  requireOneOf(`${name}.outcome`, script.outcome, [undefined, ...outcomes]);
  return {
    staleForMs: durationOf('staleForMs', 0),
    emptyForMs: durationOf('emptyForMs', 0),
    queuedForMs: durationOf('queuedForMs', 2_000),
    runningForMs: durationOf('runningForMs', defaultRunningForMs),
    outcome: script.outcome ?? outcomes[0],
  };
}
