import fc from 'fast-check';
import { anyHistory, type History, shortHistories } from './histories.ts';
import { type Moment, play, toText } from './play-history.ts';

/** What came of a process that ended between two events, and of the one that took up its work. */
export interface Crash {
  readonly at: number;
  readonly told: string;
  /** What the process would have told from there on, had it not ended. */
  readonly expected: string;
}

/** Lets a history happen, and ends the process once at every boundary between two events. */
export async function crashEverywhere(history: History): Promise<readonly Crash[]> {
  const moments: Moment[] = [];
  const whole = await play(history, { onMoment: (moment) => moments.push(moment) });
  // All at once, because each has to wait after every event until everything has settled that it set off.
  return Promise.all(
    moments.map(async (moment) => ({
      at: moment.at,
      told: toText(await play(history, { from: moment })),
      expected: toText(whole, moment.told),
    })),
  );
}

/** What {@link crashHistories} went through. */
export interface CrashReport {
  readonly crashes: number;
  /** Everything that was told in histories without a crash, as `stalled begins` and `running to failed`, and how often. */
  readonly met: ReadonlyMap<string, number>;
}

/** Finding the smallest history takes long; what was found until then is told. */
const mostMs = 20_000;

/**
 * Crashes short random histories everywhere; rejects with the smallest that it finds in which a crash makes a difference,
 * and the seed by which it is found again.
 *
 * @param batch How many migrations are read at once; undefined for one by one.
 */
export async function crashHistories(
  batch: number | undefined,
  count: number,
  seed: number = Math.floor(Math.random() * 2 ** 31),
): Promise<CrashReport> {
  const met = new Map<string, number>();
  let crashes = 0;
  await fc.assert(
    fc.asyncProperty(anyHistory(batch, shortHistories), async (history) => {
      const found = await crashEverywhere(history);
      crashes += found.length;
      for (const news of toNews(found[0]?.expected ?? '')) met.set(news, (met.get(news) ?? 0) + 1);
      const other = found.find(({ told, expected }) => told !== expected);
      if (other)
        throw new Error(`after a crash at ${other.at}:\n${other.told}\ninstead of\n${other.expected}`);
    }),
    { numRuns: count, seed, interruptAfterTimeLimit: mostMs },
  );
  return { crashes, met };
}

/** What a story tells, without whose news they are and when. */
function toNews(text: string): readonly string[] {
  return [...text.matchAll(/^ *\d+ \S+ (.*)$/gm)].map(([, news = '']) => news.replace(/since \S+ /, ''));
}
