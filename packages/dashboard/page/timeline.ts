import {
  conditionWords,
  describeDuration,
  type MigrationHistory,
  type RowJson,
  stateWords,
} from '@migration-status/core';
import { shape } from './elements.ts';
import type { Feed } from './feed.ts';
import { toClockTime } from './words.ts';

const width = 640;
const height = 156;
const left = 62;
const right = 8;
const curveTop = 14;
const curveBottom = 92;
const bandTop = 100;
const bandBottom = 118;

/** A moment within the picture: from its time to its place. */
type Scale = (time: string) => number;

/**
 * The history of a migration as a picture: its progress as a curve with a dot for each read that brought news, its states as a
 * band beneath, and the times in which it could not be seen as hatched fields over all of it. It ends with the last that is known.
 */
export function toTimeline(
  history: MigrationHistory,
  row: RowJson,
  { present, heardAt = 0 }: Pick<Feed, 'present' | 'heardAt'>,
): SVGElement | undefined {
  const begin = history.states[0]?.at ?? history.conditions[0]?.since;
  if (begin === undefined) return undefined;
  const end = Math.max(present ?? heardAt, Date.parse(begin) + 1000);
  const settledAt = row.stopped === 'settled' ? row.status?.observedAt : undefined;
  const endTime = settledAt ?? new Date(end).toISOString();
  const isNow = settledAt === undefined && present !== undefined;
  const span = Math.max(1000, Date.parse(endTime) - Date.parse(begin));
  const scale: Scale = (time) =>
    left +
    ((Math.min(Date.parse(time), Date.parse(endTime)) - Date.parse(begin)) / span) * (width - left - right);
  return shape(
    'svg',
    {
      viewBox: `0 0 ${width} ${height}`,
      class: 'timeline',
      role: 'img',
      'aria-label': toLabel(history, span),
    },
    toHatching(),
    ...toGrid(),
    ...toBand(history, scale, endTime),
    ...toCurve(history, scale, endTime),
    ...toOutages(history, scale, endTime),
    text(left, height - 8, 'start', toClockTime(begin)),
    text(width - right, height - 8, 'end', isNow ? 'now' : toClockTime(endTime)),
  );
}

function toLabel({ states, conditions, progress }: MigrationHistory, spanMs: number): string {
  const went = states.map(({ state }) => stateWords[state]).join(', then ');
  const last = progress.at(-1);
  const far = last ? `; ${Math.round(last.percent)} % at last` : '';
  const trouble =
    conditions.length > 0 ? `; ${conditions.length} times in which it could not be seen well` : '';
  return `Over ${describeDuration(spanMs, 1)}: ${went}${far}${trouble}`;
}

function toHatching(): SVGElement {
  return shape(
    'defs',
    {},
    shape(
      'pattern',
      { id: 'hatching', width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
      shape('line', { x1: 0, y1: 0, x2: 0, y2: 6, class: 'hatch' }),
    ),
  );
}

function toGrid(): readonly SVGElement[] {
  return [0, 50, 100].flatMap((percent) => {
    const y = toY(percent);
    return [
      shape('line', { x1: left, x2: width - right, y1: y, y2: y, class: 'grid' }),
      text(left - 8, y + 5, 'end', `${percent} %`),
    ];
  });
}

function toBand({ states }: MigrationHistory, scale: Scale, endTime: string): readonly SVGElement[] {
  return states.map(({ at, state, nativeState }, index) => {
    const x = scale(at);
    const nextX = scale(states[index + 1]?.at ?? endTime);
    const title = `${stateWords[state]} (${nativeState}) from ${toClockTime(at)}`;
    return shape(
      'rect',
      {
        x,
        y: bandTop,
        width: Math.max(3, nextX - x),
        height: bandBottom - bandTop,
        rx: 3,
        class: 'band',
        'data-state': state,
      },
      titleOf(title),
    );
  });
}

function toCurve({ progress }: MigrationHistory, scale: Scale, endTime: string): readonly SVGElement[] {
  const [first] = progress;
  const last = progress.at(-1);
  if (first === undefined || last === undefined) return [];
  const points = progress.map(({ at, percent }) => `${scale(at).toFixed(1)},${toY(percent).toFixed(1)}`);
  const lastY = toY(last.percent).toFixed(1);
  return [
    shape('polyline', {
      points: [...points, `${scale(endTime).toFixed(1)},${lastY}`].join(' '),
      class: 'curve',
    }),
    ...progress.map(({ at, percent, reads }) =>
      shape(
        'circle',
        { cx: scale(at), cy: toY(percent), r: 2.5, class: 'read' },
        titleOf(`${Math.round(percent)} % at ${toClockTime(at)}, read ${reads}`),
      ),
    ),
  ];
}

function toOutages({ conditions }: MigrationHistory, scale: Scale, endTime: string): readonly SVGElement[] {
  return conditions
    .filter(({ kind }) => kind !== 'stalled')
    .map(({ kind, since, until = endTime, message }) => {
      const x = scale(since);
      return shape(
        'rect',
        {
          x,
          y: curveTop,
          width: Math.max(2, scale(until) - x),
          height: bandBottom - curveTop,
          class: 'outage',
          'data-kind': kind,
        },
        titleOf(`${conditionWords[kind]}: ${message}`),
      );
    });
}

function toY(percent: number): number {
  return curveBottom - (Math.min(100, Math.max(0, percent)) / 100) * (curveBottom - curveTop);
}

function text(x: number, y: number, anchor: string, words: string): SVGElement {
  const made = shape('text', { x, y, 'text-anchor': anchor });
  made.textContent = words;
  return made;
}

function titleOf(words: string): SVGElement {
  const made = shape('title');
  made.textContent = words;
  return made;
}
