import { describeCount, describeSummary } from '@migration-status/core';
import { connectionWords } from '@migration-status/react/remote';
import type { SnapshotNumbers } from '../src/feed-event.ts';
import { createAnnouncer } from './announcer.ts';
import { createDetails } from './details.ts';
import { byId } from './elements.ts';
import { createFeed, type FeedNews } from './feed.ts';
import { readGrouping, toGrouping, toUsualGrouping, withGrouping } from './grouping.ts';
import { readComplaint } from './read-complaint.ts';
import { type SortColumn, toLines, type Wish } from './rows.ts';
import { drawStates } from './state-bar.ts';
import type { ShownState } from './states.ts';
import { createTable } from './table.ts';
import { toClockTime } from './words.ts';

const title = document.title;
const main = byId('main', HTMLElement);
const signIn = byId('sign-in', HTMLFormElement);
const search = byId('search', HTMLInputElement);
const groupBy = byId('group-by', HTMLSelectElement);
const onlyTrouble = byId('only-trouble', HTMLInputElement);
const empty = byId('empty', HTMLElement);

const states = new Set<ShownState>();
const folded = new Set<string>();
let sort: Wish['sort'];
let isDrawing = false;

const announce = createAnnouncer();
const feed = createFeed(takeNews, showConnection);
const table = createTable(feed, {
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
const details = createDetails(feed, () => {
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
    groupBy: readGrouping(location.hash) ?? toUsualGrouping(rows.values()),
    folded,
    sort,
  };
  const { lines, rowCount } = toLines(rows.values(), wish);
  groupBy.value = wish.groupBy;
  byId('table', HTMLElement).dataset.groupBy = wish.groupBy;
  table.show(lines);
  details.update(details.key === undefined ? undefined : feed.rows.get(details.key));
  drawStates(numbers, states, drawSoon);
  byId('shown', HTMLElement).textContent =
    rowCount === rows.size ? '' : `${describeCount(rowCount)} of ${describeCount(rows.size)}`;
  empty.hidden = rowCount > 0;
  empty.textContent = rows.size === 0 ? 'No migrations are followed yet.' : 'No migration is like that.';
  tick();
}

/** What time changes, once for all. */
function tick(): void {
  const { numbers, connection, present } = feed;
  if (numbers) {
    byId('summary', HTMLElement).textContent = describeSummary(numbers, present);
    document.title = `(${connection === 'live' ? toShortest(numbers) : connectionWords[connection]}) ${title}`;
  }
  table.tick();
  details.tick();
}

/** As much as a tab has room for. */
function toShortest({ counts, done, total }: SnapshotNumbers): string {
  return counts.failed > 0 ? `${counts.failed} failed` : `${done}/${total}`;
}

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
  tick();
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
      return feed.reconnect();
    }
    complaint.textContent = await readComplaint(response);
  } catch {
    complaint.textContent = 'The server cannot be reached.';
  }
});

for (const control of [search, onlyTrouble]) control.addEventListener('input', drawSoon);

groupBy.addEventListener('input', () => {
  history.replaceState(null, '', withGrouping(location.hash, toGrouping(groupBy.value) ?? 'none'));
  drawSoon();
});
addEventListener('hashchange', drawSoon);

// What the address says after its # is for what is wished for, not for a place on the page.
byId('skip', HTMLElement).addEventListener('click', (event) => {
  event.preventDefault();
  table.focus();
});

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
feed.start();
