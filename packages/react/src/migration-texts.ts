import {
  type ConditionKind,
  conditionWords,
  describeAge,
  describeDuration,
  describeProgress,
  type MigrationProgress,
  type MigrationState,
  stateWords,
  unknownProgressWords,
} from '@migration-status/core';
import { connectionWords } from './connection-words.ts';
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
  /** A time in the place of an age: on a server, and while there is no news, which leaves nothing to count on. */
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
  states: stateWords,
  conditions: conditionWords,
  toConnection(connection, heardAt) {
    if (connection === 'live') return '';
    const asOf = heardAt === undefined ? '' : `: as of ${toUtc(new Date(heardAt).toISOString())}`;
    return `${connectionWords[connection]}${asOf}`;
  },
  toAge: describeAge,
  toCondition: (word, durationMs) => `${word} for ${describeDuration(durationMs, 1)}`,
  toTime: toUtc,
  toProgress: describeProgress,
  unknownProgress: unknownProgressWords,
};

/** `2026-01-01 12:03:07 UTC` */
function toUtc(time: string): string {
  return new Date(time)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}
