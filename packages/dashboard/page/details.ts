import {
  type ConditionSpan,
  conditionWords,
  describeDuration,
  describeProgress,
  isOutOfSight,
  type MigrationHistory,
  type MigrationPart,
  type RowJson,
  type StateEntry,
  stateWords,
  toMigrationName,
} from '@migration-status/core';
import { byId, element, timeElement } from './elements.ts';
import type { Feed } from './feed.ts';
import { readComplaint } from './read-complaint.ts';
import { toBadge, toProgress } from './row-cells.ts';
import { toTimeline } from './timeline.ts';
import { toClockTime, toShortTime } from './words.ts';

/** What the server tells about one migration when it is asked. */
export interface HistoryReply extends MigrationHistory {
  readonly key: string;
  readonly actions: readonly string[];
}

/** The panel with all that is known about one migration. */
export interface Details {
  /** The key of the migration that is shown. */
  readonly key: string | undefined;
  open(row: RowJson): void;
  /** Shows what has come since; closes when the migration is gone. */
  update(row: RowJson | undefined): void;
  /** Draws anew what time changes. */
  tick(): void;
  close(): void;
}

/** How often the picture is drawn anew, because time goes on. */
const pictureMs = 5_000;

/** Makes the panel, closed. */
export function createDetails(feed: Pick<Feed, 'present' | 'heardAt'>, onClose: () => void): Details {
  const panel = byId('details', HTMLElement);
  let shown: RowJson | undefined;
  let history: HistoryReply | undefined;
  let notice = '';
  let pictureOf: number | undefined;

  async function load(key: string): Promise<void> {
    try {
      const response = await fetch(`statuses/history?key=${encodeURIComponent(key)}`);
      if (response.ok && shown?.key === key) history = await response.json();
    } catch {
      // The banner tells that the server cannot be reached.
    }
    if (shown?.key === key) draw();
  }

  async function act(action: string): Promise<void> {
    if (shown === undefined) return;
    const { key } = shown;
    notice = `${action}: asked for …`;
    draw();
    try {
      const response = await fetch(`statuses/${action}`, { method: 'POST', body: JSON.stringify({ key }) });
      notice = `${action}: ${response.ok ? 'done' : await readComplaint(response)}`;
    } catch {
      notice = `${action}: the server cannot be reached`;
    }
    if (shown?.key === key) await load(key);
  }

  function close(): void {
    if (shown === undefined) return;
    shown = undefined;
    history = undefined;
    notice = '';
    panel.hidden = true;
    panel.replaceChildren();
    onClose();
  }

  function draw(): void {
    if (shown === undefined) return;
    const row = shown;
    const own = history?.key === row.key ? history : undefined;
    const closing = element(
      'button',
      { type: 'button', class: 'close', 'aria-label': 'Close the details' },
      '✕',
    );
    closing.addEventListener('click', close);
    const buttons = (own?.actions ?? []).map((action) => {
      const button = element('button', { type: 'button', class: 'action' }, action);
      button.addEventListener('click', () => act(action));
      return button;
    });
    const focused = panel.contains(document.activeElement) ? document.activeElement?.textContent : undefined;
    panel.replaceChildren(
      element(
        'header',
        {},
        element('h2', { id: 'details-title', tabindex: -1 }, toMigrationName(row)),
        closing,
      ),
      element('p', { class: 'key' }, row.key),
      element('p', { class: 'now', 'data-stale': isOutOfSight(row) }, toBadge(row), ...toProgress(row)),
      ...toFreshness(row),
      ...row.conditions.map(({ kind, since, message, stopsReading }) =>
        element(
          'p',
          { class: 'trouble', 'data-kind': kind },
          element('strong', {}, `${conditionWords[kind]} since `, timeElement(since, toShortTime(since))),
          `: ${message}${stopsReading ? ' Nothing is read any more until somebody asks for it.' : ''}`,
        ),
      ),
      ...toIssues(row),
      ...toPicture(own, row, feed),
      ...toParts(row.status?.parts),
      ...(buttons.length > 0 ? [element('p', { class: 'actions' }, ...buttons)] : []),
      element('p', { class: 'outcome', role: 'status' }, notice),
      toFacts(row),
      ...toEvents(own),
    );
    pictureOf = feed.present;
    if (focused) refocus(panel, focused);
  }

  /** The picture goes on with the time, and stands still with it. */
  function tick(): void {
    const { present } = feed;
    const isDue = (present === undefined) !== (pictureOf === undefined);
    if (!isDue && Math.abs((present ?? 0) - (pictureOf ?? 0)) < pictureMs) return;
    pictureOf = present;
    const picture = shown && history?.key === shown.key ? toTimeline(history, shown, feed) : undefined;
    if (picture) panel.querySelector('.timeline')?.replaceWith(picture);
  }

  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && shown) close();
  });

  return {
    get key() {
      return shown?.key;
    },
    open(row) {
      shown = row;
      history = undefined;
      notice = '';
      panel.hidden = false;
      draw();
      byId('details-title', HTMLElement).focus();
      void load(row.key);
    },
    update(row) {
      if (shown === undefined) return;
      if (row === undefined) return close();
      if (row === shown) return;
      shown = row;
      draw();
      void load(row.key);
    },
    tick,
    close,
  };
}

/** What was focused is there again, as another element of the same text. */
function refocus(panel: HTMLElement, text: string): void {
  const same = [...panel.querySelectorAll<HTMLElement>('button, [tabindex]')].find(
    (each) => each.textContent === text,
  );
  same?.focus();
}

function toFreshness(row: RowJson): readonly Node[] {
  if (row.status === undefined || !isOutOfSight(row)) return [];
  const at = row.status.observedAt;
  return [
    element(
      'p',
      { class: 'stale' },
      'What is shown is of ',
      timeElement(at, toShortTime(at)),
      ': it cannot be seen at present.',
    ),
  ];
}

function toIssues({ status }: RowJson): readonly Node[] {
  const issues = status?.issues ?? [];
  if (issues.length === 0) return [];
  return [
    element('h3', {}, 'Issues'),
    element(
      'ul',
      { class: 'issues' },
      ...issues
        .slice(0, 50)
        .map(({ severity, message, code, subject }) =>
          element(
            'li',
            { 'data-severity': severity },
            [subject, message].filter(Boolean).join(': '),
            code ? ` (${code})` : '',
          ),
        ),
      ...(issues.length > 50 ? [element('li', {}, `… and ${issues.length - 50} more`)] : []),
    ),
  ];
}

function toPicture(
  history: HistoryReply | undefined,
  row: RowJson,
  feed: Pick<Feed, 'present' | 'heardAt'>,
): readonly Node[] {
  const picture = history && toTimeline(history, row, feed);
  return picture ? [element('h3', {}, 'History'), picture] : [];
}

function toParts(parts: readonly MigrationPart[] | undefined): readonly Node[] {
  if (parts === undefined) return [];
  return [
    element('h3', {}, 'Parts'),
    element(
      'ul',
      { class: 'parts' },
      ...parts.slice(0, 200).map(({ name, state, nativeState, progress, message }) => {
        const word = state && stateWords[state];
        const said = [word ?? nativeState, describeProgress(progress), message].filter(Boolean).join(', ');
        return element('li', {}, element('span', { class: 'text' }, name), said && ` ${said}`);
      }),
    ),
  ];
}

function toFacts({ provider, group, status, reads, estimatedEndAt, stopped }: RowJson): HTMLElement {
  const { nativeState, phase, message, createdAt, startedAt, updatedAt, finishedAt, observedAt, url } =
    status ?? {};
  const facts: readonly (readonly [string, Node | string | undefined])[] = [
    ['Provider', provider],
    ['Group', group],
    ['Provider’s word', nativeState],
    ['Phase', phase],
    ['Message', message],
    ['Created', toTime(createdAt)],
    ['Started', toTime(startedAt)],
    ['Updated', toTime(updatedAt)],
    ['Finished', toTime(finishedAt)],
    [
      'Expected end',
      estimatedEndAt && element('span', {}, '~ ', timeElement(estimatedEndAt, toClockTime(estimatedEndAt))),
    ],
    ['Last news', toTime(observedAt)],
    ['Took', startedAt && finishedAt && describeDuration(Date.parse(finishedAt) - Date.parse(startedAt))],
    ['Reads', String(reads)],
    [
      'Reading',
      stopped === 'settled' ? 'over' : stopped === 'refused' ? 'stopped, access was refused' : 'goes on',
    ],
    ['Page', toLink(url)],
  ];
  const known = facts.filter(([, value]) => value);
  return element(
    'dl',
    { class: 'facts' },
    ...known.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value ?? '')]),
  );
}

function toTime(time: string | undefined): Node | undefined {
  return time === undefined ? undefined : timeElement(time, toClockTime(time));
}

/** A provider's link is one only where it leads to a secure page. */
function toLink(url: string | undefined): Node | string | undefined {
  if (url === undefined || URL.parse(url)?.protocol !== 'https:') return url;
  return element('a', { href: url, rel: 'noreferrer noopener', target: '_blank' }, 'at the provider');
}

/** The picture in words. */
function toEvents(history: HistoryReply | undefined): readonly Node[] {
  if (history === undefined) return [];
  const events = [
    ...history.states.map((entry) => ({ at: entry.at, node: toStateLine(entry) })),
    ...history.conditions.map((span) => ({ at: span.since, node: toConditionLine(span) })),
  ].sort((a, b) => (a.at < b.at ? 1 : -1));
  return [
    element('h3', {}, 'What happened'),
    element('ol', { class: 'events' }, ...events.map(({ node }) => node)),
  ];
}

function toStateLine({ at, state, nativeState, phase }: StateEntry): HTMLElement {
  const word = stateWords[state];
  const said = nativeState && nativeState !== word ? ` (“${nativeState}”)` : '';
  return element('li', {}, timeElement(at, toClockTime(at)), ` ${word}${said}${phase ? `, ${phase}` : ''}`);
}

function toConditionLine({ kind, since, until, message }: ConditionSpan): HTMLElement {
  const howLong = until ? `for ${describeDuration(Date.parse(until) - Date.parse(since), 1)}` : 'since then';
  return element(
    'li',
    {},
    timeElement(since, toClockTime(since)),
    ` ${conditionWords[kind]} ${howLong}: ${message}`,
  );
}
