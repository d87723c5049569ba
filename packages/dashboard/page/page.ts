import { describeSummary, type MigrationState } from '@migration-status/core';
import type { SnapshotNumbers } from '../src/feed-event.ts';
import { createAnnouncer } from './announcer.ts';
import { createDetails } from './details.ts';
import { byId } from './elements.ts';
import { type Connection, createFeed, type FeedNews } from './feed.ts';
import { type SortColumn, toLines, type Wish } from './rows.ts';
import { drawStates } from './state-bar.ts';
import { createTable } from './table.ts';
import { toClockTime } from './words.ts';

const title = document.title;
const main = byId('main', HTMLElement);
const signIn = byId('sign-in', HTMLFormElement);
const search = byId('search', HTMLInputElement);
const groupBy = byId('group-by', HTMLSelectElement);
const onlyTrouble = byId('only-trouble', HTMLInputElement);
const empty = byId('empty', HTMLElement);

const states = new Set<MigrationState>();
const folded = new Set<string>();
let sort: Wish['sort'];
let isDrawing = false;

const announce = createAnnouncer();
const feed = createFeed(takeNews, showConnection);
const table = createTable({
  onOpen(key) {
    const row = feed.rows.get(key);
    if (row) details.open(row);
    table.select(key);
  },
  onFold(group) {
    if (!folded.delete(group)) folded.add(group);
    drawSoon();
  },
});
const details = createDetails(() => {
  table.select(undefined);
  table.focus();
});

function takeNews(news: FeedNews): void {
  announce(news);
  drawSoon();
}

/** However much comes at once, it is drawn once per frame. */
function drawSoon(): void {
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(() => {
    isDrawing = false;
    draw();
  });
}

function draw(): void {
  const { numbers, rows } = feed;
  if (numbers === undefined) return;
  const wish: Wish = {
    search: search.value,
    states,
    isOnlyTrouble: onlyTrouble.checked,
    groupBy: groupBy.value === 'provider' || groupBy.value === 'group' ? groupBy.value : 'none',
    folded,
    sort,
  };
  const lines = toLines(rows.values(), wish);
  const shown = toLines(rows.values(), { ...wish, groupBy: 'none' }).length;
  table.show(lines);
  details.update(details.key === undefined ? undefined : feed.rows.get(details.key));
  drawStates(numbers, states, drawSoon);
  byId('shown', HTMLElement).textContent =
    shown === rows.size ? '' : `${shown.toLocaleString()} of ${rows.size.toLocaleString()}`;
  empty.hidden = shown > 0;
  empty.textContent = rows.size === 0 ? 'No migrations are followed yet.' : 'No migration is like that.';
  tick();
}

/** What time changes, once for all. */
function tick(): void {
  const { numbers, connection } = feed;
  if (numbers) {
    byId('summary', HTMLElement).textContent = describeSummary(numbers, Date.now());
    document.title = `(${connection === 'live' ? toShortest(numbers) : connectionWords[connection]}) ${title}`;
  }
  table.tick();
}

/** As much as a tab has room for. */
function toShortest({ counts, done, total }: SnapshotNumbers): string {
  return counts.failed > 0 ? `${counts.failed} failed` : `${done}/${total}`;
}

const connectionWords: Readonly<Record<Connection, string>> = {
  connecting: 'connecting',
  live: 'live',
  lost: 'connection lost',
  locked: 'locked',
};

function showConnection(): void {
  const { connection, heardAt } = feed;
  const banner = byId('connection', HTMLElement);
  const asOf =
    connection === 'lost' && heardAt ? `: as of ${toClockTime(new Date(heardAt).toISOString())}` : '';
  banner.dataset.connection = connection;
  banner.lastChild?.replaceWith(` ${connectionWords[connection]}${asOf}`);
  document.body.dataset.connection = connection;
  signIn.hidden = connection !== 'locked';
  main.hidden = connection === 'locked' || connection === 'connecting';
  if (connection === 'locked') byId('token', HTMLInputElement).focus();
}

signIn.addEventListener('submit', async (event) => {
  event.preventDefault();
  const token = byId('token', HTMLInputElement);
  const complaint = byId('sign-in-error', HTMLElement);
  complaint.textContent = '';
  try {
    const response = await fetch('session', { method: 'POST', body: JSON.stringify({ token: token.value }) });
    if (response.ok) {
      token.value = '';
      return await feed.connect();
    }
    complaint.textContent = (await response.json()).error;
  } catch {
    complaint.textContent = 'The server cannot be reached.';
  }
});

for (const control of [search, groupBy, onlyTrouble]) control.addEventListener('input', drawSoon);

for (const button of document.querySelectorAll<HTMLButtonElement>('[data-sort]')) {
  const heading = button.closest('th');
  button.addEventListener('click', () => {
    const column = button.dataset.sort as SortColumn;
    const isSame = sort?.column === column;
    sort = isSame && sort?.isDown ? undefined : { column, isDown: isSame };
    for (const each of document.querySelectorAll('th[aria-sort]')) each.setAttribute('aria-sort', 'none');
    if (sort) heading?.setAttribute('aria-sort', sort.isDown ? 'descending' : 'ascending');
    drawSoon();
  });
}

setInterval(tick, 1000);
void feed.connect();
