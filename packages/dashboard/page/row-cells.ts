import {
  conditionWords,
  describeAge,
  describeDuration,
  describeProgress,
  describeState,
  isOutOfSight,
  type RowJson,
  toMigrationName,
  toPercent,
  unknownProgressWords,
} from '@migration-status/core';
import { element, timeElement } from './elements.ts';
import { toDetail } from './rows.ts';
import { type ShownState, symbols } from './states.ts';
import { toShortTime } from './words.ts';

/** A row without its ages. */
export function toRowNode(row: RowJson): HTMLTableRowElement {
  return element(
    'tr',
    { 'data-state': row.status?.state ?? 'unread', 'data-stale': isOutOfSight(row) },
    element('td', { class: 'state' }, toBadge(row)),
    element(
      'th',
      {
        class: 'name',
        scope: 'row',
        title: toMigrationName(row),
        'data-origin': toOrigin(row),
        'data-group': row.group,
      },
      element('span', { class: 'whole' }, ...toNameParts(toMigrationName(row)), toGroupLabel(row)),
    ),
    element('td', { class: 'provider' }, row.provider),
    element('td', { class: 'progress' }, ...toProgress(row)),
    element('td', { class: 'news' }),
    element('td', { class: 'detail' }, ...toTrouble(row)),
  );
}

/** Where it belongs, for where there is no room for columns of it. */
function toOrigin({ provider, group }: RowJson): string {
  return group === undefined ? provider : `${provider} · ${group}`;
}

/** The name in two pieces: the beginning, which many share, and the end, by which they differ. */
function toNameParts(name: string): readonly HTMLElement[] {
  const end = name.lastIndexOf(' / ') + 1;
  return [
    element('span', { class: 'path' }, name.slice(0, end)),
    element('span', { class: 'last' }, name.slice(end)),
  ];
}

function toGroupLabel({ group }: RowJson): Node | string {
  return group === undefined ? '' : element('span', { class: 'label' }, group);
}

/** A state as shape, word and colour. */
export function toBadge({ status }: RowJson): HTMLElement {
  const state = status?.state ?? 'unread';
  return element('span', { class: 'badge', 'data-state': state }, toSymbol(state), describeState(status));
}

/** The shape of a state, for those who see it. */
export function toSymbol(state: ShownState): HTMLElement {
  return element('span', { class: 'symbol', 'aria-hidden': 'true' }, symbols[state]);
}

/** A bar and what it says. One without a value moves, where work is being done and nobody says how far it is. */
export function toProgress(row: RowJson): readonly (Node | string)[] {
  const percent = toPercent(row.status?.progress);
  const words = describeProgress(row.status?.progress);
  const isMoving = percent === undefined && row.status?.state === 'running' && !isOutOfSight(row);
  if (percent === undefined && !isMoving) return words ? [element('span', { class: 'words' }, words)] : [];
  const label = words || unknownProgressWords;
  return [
    element('progress', { max: 100, value: percent, 'aria-label': label }),
    ...(words ? [element('span', { class: 'words', 'aria-hidden': 'true' }, words)] : []),
  ];
}

function toTrouble(row: RowJson): readonly (Node | string)[] {
  const marks = row.conditions.map(({ kind, since }) =>
    element('span', { class: 'condition', 'data-kind': kind, 'data-since': since }),
  );
  const detail = toDetail(row);
  return [...marks, ...(detail ? [element('span', { class: 'text', title: detail }, detail)] : [])];
}

/**
 * All that a row says and that time changes.
 *
 * @param present The time that ages are counted to; undefined where nobody knows how it is by now: then there are none, and times
 * stand in their places.
 */
export function fillTimes(node: HTMLTableRowElement, row: RowJson, present: number | undefined): void {
  const { status, conditions } = row;
  node
    .querySelector('.news')
    ?.replaceChildren(
      ...(status ? [timeElement(status.observedAt, toAge(status.observedAt, present))] : []),
      ...toRemainder(row, present),
    );
  for (const mark of node.querySelectorAll<HTMLElement>('.condition')) {
    const condition = conditions.find(
      ({ since, kind }) => since === mark.dataset.since && kind === mark.dataset.kind,
    );
    if (condition) mark.textContent = `${conditionWords[condition.kind]} ${toSpan(condition.since, present)}`;
  }
}

function toAge(time: string, present: number | undefined): string {
  return present === undefined ? toShortTime(time) : describeAge(present - Date.parse(time));
}

function toSpan(since: string, present: number | undefined): string {
  return present === undefined
    ? `since ${toShortTime(since)}`
    : `for ${describeDuration(present - Date.parse(since), 1)}`;
}

function toRemainder({ estimatedEndAt }: RowJson, present: number | undefined): readonly HTMLElement[] {
  const leftMs = estimatedEndAt && present ? Date.parse(estimatedEndAt) - present : 0;
  return leftMs > 0 ? [element('span', { class: 'eta' }, `~${describeDuration(leftMs, 1)} left`)] : [];
}
