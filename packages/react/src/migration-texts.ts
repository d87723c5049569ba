import {
  type ConditionKind,
  describeDuration,
  type MigrationProgress,
  type MigrationState,
} from '@migration-status/core';
import type { RemoteConnection } from './event-stream.ts';

/** The columns that the table knows by itself. */
export type MigrationColumnName = 'migration' | 'provider' | 'state' | 'progress' | 'news' | 'trouble';

/** Every word that the components say by themselves. What providers say is shown as it is. */
export interface MigrationTexts {
  readonly caption: string;
  /** In the place of rows where there are none. */
  readonly empty: string;
  readonly columns: Readonly<Record<MigrationColumnName, string>>;
  readonly states: Readonly<Record<MigrationState | 'unread', string>>;
  readonly conditions: Readonly<Record<ConditionKind, string>>;
  /** Beside the caption. `heardAt` is in epoch milliseconds; undefined where nothing was heard yet. */
  toConnection(connection: RemoteConnection, heardAt: number | undefined): string;
  /** How long ago something was. */
  toAge(ageMs: number): string;
  /** A condition, given its word and for how long it has been true. */
  toCondition(word: string, durationMs: number): string;
  /** A time, where there is no age yet: on a server, and until the page has come to life. */
  toTime(time: string): string;
  /** Progress; an empty text where nothing is known. */
  toProgress(progress: MigrationProgress | undefined): string;
  /** What a bar without a value is called. */
  readonly unknownProgress: string;
}

/** English. It depends on no locale and no time zone, so that a server writes what the browser does. */
export const defaultTexts: MigrationTexts = {
  caption: 'Migrations',
  empty: 'No migrations are followed yet.',
  columns: {
    migration: 'Migration',
    provider: 'Provider',
    state: 'State',
    progress: 'Progress',
    news: 'Last news',
    trouble: 'Trouble',
  },
  states: {
    pending: 'pending',
    running: 'running',
    awaiting_input: 'awaiting input',
    paused: 'paused',
    succeeded: 'succeeded',
    partially_succeeded: 'partially succeeded',
    failed: 'failed',
    canceled: 'canceled',
    not_found: 'not found',
    unknown: 'unknown',
    unread: 'not read yet',
  },
  conditions: {
    unreachable: 'unreachable',
    throttled: 'throttled',
    unauthorized: 'access refused',
    stalled: 'no progress',
  },
  toConnection(connection, heardAt) {
    if (connection === 'live') return '';
    const asOf = heardAt === undefined ? '' : `: as of ${toUtc(new Date(heardAt).toISOString())}`;
    return `${connectionWords[connection]}${asOf}`;
  },
  toAge: (ageMs) => (ageMs < 5_000 ? 'just now' : `${toRounded(ageMs)} ago`),
  toCondition: (word, durationMs) => `${word} for ${toRounded(durationMs)}`,
  toTime: toUtc,
  toProgress: toProgressWords,
  unknownProgress: 'running, progress not reported',
};

const connectionWords: Readonly<Record<Exclude<RemoteConnection, 'live'>, string>> = {
  connecting: 'connecting',
  lost: 'connection lost',
  locked: 'access refused, sign in',
};

/** A duration in its largest unit. */
function toRounded(durationMs: number): string {
  return describeDuration(durationMs).split(' ').slice(0, 2).join(' ');
}

/** `2026-01-01 12:03:07 UTC` */
function toUtc(time: string): string {
  return new Date(time)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}

const { format: toCount } = new Intl.NumberFormat('en');

function toProgressWords({ percent, completed, total, failed, unit }: MigrationProgress = {}): string {
  const known = [completed, total].filter((count) => count !== undefined).map(toCount);
  const counted = known.length > 0 ? [known.join(' of '), unit].filter(Boolean).join(' ') : undefined;
  const share = percent === undefined ? undefined : `${Math.round(percent)} %`;
  const missed = failed ? `${toCount(failed)} failed` : undefined;
  return [share, counted, missed].filter(Boolean).join(', ');
}
