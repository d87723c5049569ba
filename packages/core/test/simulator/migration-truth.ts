import type { MigrationProgress, MigrationState } from '../../src/index.ts';
import type { Random } from './random.ts';

/** What a provider would say about a migration at a time. */
export interface Truth {
  readonly state: MigrationState;
  readonly nativeState: string;
  readonly phase?: string;
  readonly progress?: MigrationProgress;
  readonly message?: string;
}

/** The life of one migration at its provider. */
export type TruthOverTime = (at: number) => Truth;

interface Chapter {
  readonly until: number;
  /** @param share How much of the chapter is over, 0 to 1. */
  readonly tell: (share: number) => Truth;
}

const gone: Truth = { state: 'not_found', nativeState: '' };

/** Words that no adapter knows; few, so that the same word comes more than once. */
const oddWords = ['REINDEXING', 'ON_HOLD', '__proto__'];

/**
 * Draws a life: not known at first, waiting, running with or without progress, standstills, pauses, words that nobody
 * knows, and an end of any kind, or none.
 */
export function drawTruth(random: Random, bornAt: number): TruthOverTime {
  const chapters: Chapter[] = [];
  const paceMs = random.magnitude(300, 30_000);
  let end = bornAt;

  function add(tell: Chapter['tell'], share = 1): void {
    end += paceMs * share * random.between(0.2, 1.8);
    chapters.push({ until: end, tell });
  }

  const toProgress = drawProgress(random);
  const phases = random.chance(0.3) ? ['parse', 'import'] : [undefined];
  if (random.chance(0.5)) add(() => gone, 0.5);
  if (random.chance(0.6)) add(() => toTruth('pending'), 0.5);
  for (const phase of phases) {
    let percent = 0;
    for (let part = random.integer(1, 4); part > 0; part -= 1) {
      const from = percent;
      const isStandstill = random.chance(0.25);
      const to = isStandstill ? from : Math.max(0, Math.min(100, from + random.integer(-10, 50)));
      percent = to;
      add(
        (share) => ({
          ...toTruth('running', toProgress(from + (to - from) * share)),
          ...(phase !== undefined && { phase }),
        }),
        isStandstill ? 3 : 1,
      );
      const word = random.pick(oddWords);
      const interlude = random.weighted({ none: 6, awaiting_input: 1, paused: 1, unknown: 1.5, gone: 0.5 });
      if (interlude === 'gone') add(() => gone, 0.3);
      else if (interlude === 'unknown') add(() => ({ state: 'unknown', nativeState: word }), 0.5);
      else if (interlude !== 'none') add(() => toTruth(interlude), 0.7);
    }
  }
  const last = random.weighted({
    succeeded: 6,
    partially_succeeded: 1,
    failed: 2,
    canceled: 1,
    not_found: 1,
    never: 1,
  });
  const ending = last === 'never' ? toTruth('running') : last === 'not_found' ? gone : toTruth(last);
  return (at) => {
    let from = bornAt;
    for (const { until, tell } of chapters) {
      if (at < until) return tell(Math.max(0, (at - from) / (until - from)));
      from = until;
    }
    return ending;
  };
}

function toTruth(state: MigrationState, progress?: MigrationProgress): Truth {
  return { state, nativeState: state.toUpperCase(), ...(progress && { progress }) };
}

/** How a provider tells progress, if it does. */
function drawProgress(random: Random): (percent: number) => MigrationProgress | undefined {
  const total = random.integer(1, 400);
  switch (random.weighted({ none: 1, percent: 1, counts: 1 })) {
    case 'none':
      return () => undefined;
    case 'percent':
      return (percent) => ({ percent: Math.floor(percent) });
    case 'counts':
      return (percent) => ({ completed: Math.floor((percent / 100) * total), total, unit: 'tasks' });
  }
}
