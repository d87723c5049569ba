import { isOutOfSight, type RowJson, toMigrationName, toPercent } from '@migration-status/core';
import { byId, element, timeElement } from './elements.ts';
import { type GroupLine, type Line, toDetail } from './rows.ts';
import { conditionWords, looks, statesByUrgency } from './states.ts';
import { toAgo, toDuration, toProgressWords } from './words.ts';

/** The table: of however many lines only those are in the document that can be seen. */
export interface LineTable {
  show(lines: readonly Line[]): void;
  /** Marks the row whose details are shown. */
  select(key: string | undefined): void;
  /** Writes the ages of what can be seen anew. */
  tick(): void;
  /** Puts the focus on the row that had it last. */
  focus(): void;
}

/** Lines beyond those that can be seen, so that there is something at once when somebody scrolls. */
const spareLines = 8;

interface TableEvents {
  onOpen(key: string): void;
  onFold(group: string): void;
}

/** Makes the table. Arrow keys move among lines, Enter opens one. */
export function createTable({ onOpen, onFold }: TableEvents): LineTable {
  const scroller = byId('scroller', HTMLElement);
  const table = byId('table', HTMLTableElement);
  const body = byId('rows', HTMLTableSectionElement);
  const above = element('tr', { class: 'space', 'aria-hidden': 'true' }, element('td'));
  const below = element('tr', { class: 'space', 'aria-hidden': 'true' }, element('td'));
  /** By the identity of a line: as long as that is the same, so is what stands there. */
  let drawn = new Map<string, { readonly line: Line; readonly node: HTMLTableRowElement }>();
  let lines: readonly Line[] = [];
  let selected: string | undefined;
  let current = 0;

  const lineHeight = () => Number.parseFloat(getComputedStyle(table).getPropertyValue('--line-height')) || 44;

  /** The lines that can be seen, by how far the list has been scrolled, itself or with the whole page. */
  function toWindow(): readonly [first: number, end: number] {
    const height = lineHeight();
    const top = Math.max(
      0,
      scroller.getBoundingClientRect().top - body.getBoundingClientRect().top,
      -body.getBoundingClientRect().top,
    );
    const visible = Math.ceil(Math.min(innerHeight, scroller.clientHeight || innerHeight) / height);
    const first = Math.max(0, Math.min(Math.floor(top / height) - spareLines, lines.length - visible));
    return [first, Math.min(lines.length, first + visible + 2 * spareLines)];
  }

  function draw(): void {
    const [first, end] = toWindow();
    const height = lineHeight();
    const next: typeof drawn = new Map();
    const nodes = lines.slice(first, end).map((line, offset) => {
      const id = idOf(line);
      const known = drawn.get(id);
      const node = known?.line === line || isSameRow(known?.line, line) ? known?.node : undefined;
      const made = node ?? toNode(line);
      const index = first + offset;
      made.setAttribute('aria-rowindex', String(index + 2));
      made.dataset.index = String(index);
      made.tabIndex = index === current ? 0 : -1;
      made.toggleAttribute('data-selected', line.type === 'row' && line.row.key === selected);
      next.set(id, { line, node: made });
      if (known && known.node !== made && document.activeElement === known.node)
        queueMicrotask(() => made.focus());
      return made;
    });
    drawn = next;
    setHeight(above, first * height);
    setHeight(below, (lines.length - end) * height);
    arrange(body, [above, ...nodes, below]);
    spanColumns();
  }

  /** How many columns there are follows from the room that there is. */
  function spanColumns(): void {
    const headings = [...(table.tHead?.rows[0]?.cells ?? [])];
    const columns = headings.filter(({ offsetWidth }) => offsetWidth > 0).length;
    for (const cell of body.querySelectorAll<HTMLTableCellElement>('.space > *, .group > *'))
      cell.colSpan = Math.max(1, columns);
  }

  function moveTo(index: number): void {
    current = Math.max(0, Math.min(index, lines.length - 1));
    const height = lineHeight();
    const heading = table.tHead?.offsetHeight ?? 0;
    const top = current * height;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + height + heading > scroller.scrollTop + scroller.clientHeight)
      scroller.scrollTop = top + height + heading - scroller.clientHeight;
    draw();
    focus();
  }

  function focus(): void {
    const node = body.querySelector<HTMLElement>(`[data-index="${current}"]`);
    node?.focus();
    node?.scrollIntoView({ block: 'nearest' });
  }

  function open(index: number): void {
    const line = lines[index];
    if (line === undefined) return;
    current = index;
    if (line.type === 'group') onFold(line.name);
    else onOpen(line.row.key);
  }

  body.addEventListener('click', (event) => {
    const index = indexOf(event.target);
    if (index !== undefined) open(index);
  });
  body.addEventListener('keydown', (event) => {
    const page = Math.max(1, Math.floor(scroller.clientHeight / lineHeight()) - 2);
    const steps = new Map([
      ['ArrowDown', current + 1],
      ['ArrowUp', current - 1],
      ['PageDown', current + page],
      ['PageUp', current - page],
      ['Home', 0],
      ['End', lines.length - 1],
    ]);
    const target = steps.get(event.key);
    if (target !== undefined) moveTo(target);
    else if (event.key === 'Enter' || event.key === ' ') open(current);
    else return;
    event.preventDefault();
  });
  scroller.addEventListener('scroll', () => draw(), { passive: true });
  addEventListener('scroll', () => draw(), { passive: true });
  addEventListener('resize', () => draw(), { passive: true });

  return {
    show(next) {
      lines = next;
      current = Math.min(current, Math.max(0, lines.length - 1));
      table.setAttribute('aria-rowcount', String(lines.length + 1));
      draw();
    },
    select(key) {
      selected = key;
      draw();
    },
    tick() {
      for (const { line, node } of drawn.values()) {
        if (line.type === 'row') fillTimes(node, line.row);
      }
    },
    focus,
  };
}

/** Puts nodes in place without touching those that are there: a node that is taken out loses the focus. */
function arrange(parent: Element, nodes: readonly Element[]): void {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) {
    if (!wanted.has(child)) child.remove();
  }
  let next = parent.firstElementChild;
  for (const node of nodes) {
    if (node === next) next = node.nextElementSibling;
    else parent.insertBefore(node, next);
  }
}

function indexOf(target: EventTarget | null): number | undefined {
  const node = target instanceof Element ? target.closest<HTMLElement>('tr[data-index]') : null;
  return node ? Number(node.dataset.index) : undefined;
}

function idOf(line: Line): string {
  return line.type === 'row' ? `row ${line.row.key}` : `group ${line.name}`;
}

function isSameRow(a: Line | undefined, b: Line): boolean {
  return a?.type === 'row' && b.type === 'row' && a.row === b.row;
}

function setHeight(space: HTMLTableRowElement, height: number): void {
  space.style.height = `${height}px`;
  space.hidden = height <= 0;
}

function toNode(line: Line): HTMLTableRowElement {
  return line.type === 'row' ? toRowNode(line.row) : toGroupNode(line);
}

function toRowNode(row: RowJson): HTMLTableRowElement {
  const node = element(
    'tr',
    { 'data-state': row.status?.state ?? 'unread', 'data-stale': isOutOfSight(row) },
    element('td', { class: 'state' }, toBadge(row)),
    element(
      'th',
      { class: 'name', scope: 'row', title: toMigrationName(row), 'data-origin': toOrigin(row) },
      element('span', { class: 'whole' }, ...toNameParts(toMigrationName(row)), toGroupLabel(row)),
    ),
    element('td', { class: 'provider' }, row.provider),
    element('td', { class: 'progress' }, ...toProgress(row)),
    element('td', { class: 'news' }),
    element('td', { class: 'detail' }, ...toTrouble(row)),
  );
  fillTimes(node, row);
  return node;
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
  if (status === undefined)
    return element('span', { class: 'badge', 'data-state': 'unread' }, toSymbol('…'), 'not read yet');
  const { symbol, word } = looks[status.state] ?? looks.unknown;
  const said = status.state === 'unknown' ? `“${status.nativeState}”` : word;
  return element('span', { class: 'badge', 'data-state': status.state }, toSymbol(symbol), said);
}

function toSymbol(symbol: string): HTMLElement {
  return element('span', { class: 'symbol', 'aria-hidden': 'true' }, symbol);
}

/** A bar and what it says. One without a value moves, where work is being done and nobody says how far it is. */
export function toProgress(row: RowJson): readonly (Node | string)[] {
  const percent = toPercent(row.status?.progress);
  const words = toProgressWords(row.status?.progress);
  const isMoving = percent === undefined && row.status?.state === 'running' && !isOutOfSight(row);
  if (percent === undefined && !isMoving) return words ? [element('span', { class: 'words' }, words)] : [];
  const label = words || 'running, progress not reported';
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

/** All that a row says and that time changes. */
function fillTimes(node: HTMLTableRowElement, row: RowJson): void {
  const now = Date.now();
  const { status, conditions, estimatedEndAt } = row;
  const news = node.querySelector('.news');
  const eta =
    estimatedEndAt && Date.parse(estimatedEndAt) > now
      ? `~${toDuration(Date.parse(estimatedEndAt) - now)} left`
      : '';
  news?.replaceChildren(
    ...(status ? [timeElement(status.observedAt, toAgo(status.observedAt, now))] : []),
    ...(eta ? [element('span', { class: 'eta' }, eta)] : []),
  );
  for (const mark of node.querySelectorAll<HTMLElement>('.condition')) {
    const condition = conditions.find(
      ({ since, kind }) => since === mark.dataset.since && kind === mark.dataset.kind,
    );
    if (condition)
      mark.textContent = `${conditionWords[condition.kind] ?? condition.kind} for ${toDuration(now - Date.parse(condition.since))}`;
  }
}

function toGroupNode({ name, rows, isFolded }: GroupLine): HTMLTableRowElement {
  const counts = new Map(
    statesByUrgency.map((state) => [state, rows.filter(({ status }) => status?.state === state).length]),
  );
  const chips = [...counts]
    .filter(([, count]) => count > 0)
    .map(([state, count]) =>
      element(
        'span',
        { class: 'chip', 'data-state': state },
        toSymbol(looks[state].symbol),
        `${count} ${looks[state].word}`,
      ),
    );
  return element(
    'tr',
    { class: 'group' },
    element(
      'th',
      { scope: 'rowgroup', 'aria-expanded': String(!isFolded) },
      element('span', { class: 'fold', 'aria-hidden': 'true' }, isFolded ? '▸' : '▾'),
      element('span', { class: 'text' }, name || 'no group'),
      element('span', { class: 'size' }, String(rows.length)),
      ...chips,
    ),
  );
}
