import { byId, element } from './elements.ts';
import type { Feed } from './feed.ts';
import { fillGroup, toGroupNode } from './group-cells.ts';
import { fillTimes, toRowNode } from './row-cells.ts';
import type { Line } from './rows.ts';

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

interface DrawnLine {
  readonly line: Line;
  readonly node: HTMLTableRowElement;
}

interface TableEvents {
  onOpen(key: string): void;
  onFold(group: string): void;
}

/** Makes the table. Arrow keys move among lines and fold groups, Enter opens one. */
export function createTable(feed: Pick<Feed, 'present'>, { onOpen, onFold }: TableEvents): LineTable {
  const scroller = byId('scroller', HTMLElement);
  const table = byId('table', HTMLTableElement);
  const body = byId('rows', HTMLTableSectionElement);
  const above = element('tr', { class: 'space', 'aria-hidden': 'true' }, element('td'));
  const below = element('tr', { class: 'space', 'aria-hidden': 'true' }, element('td'));
  /** By the identity of a line: as long as that is the same, so is what stands there. */
  let drawn = new Map<string, DrawnLine>();
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
    const heading = headingOf(first);
    const shown = lines.slice(first, end).map((line, offset) => ({ line, index: first + offset }));
    if (heading && heading.index < first) shown.unshift(heading);
    const nodes = shown.map(({ line, index }) => {
      const id = idOf(line);
      const known = drawn.get(id);
      const made = toNode(line, known);
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
    setHeight(above, (end - shown.length) * height);
    setHeight(below, (lines.length - end) * height);
    arrange(body, [above, ...nodes, below]);
    spanColumns();
  }

  /** The heading that the line at an index stands below, or is. */
  function headingOf(index: number): { readonly line: Line; readonly index: number } | undefined {
    const at = lines.findLastIndex(({ type }, each) => type === 'group' && each <= index);
    const line = lines[at];
    return line && { line, index: at };
  }

  /** What stands there already stays, because a node that is taken out loses the focus; a group is filled anew. */
  function toNode(line: Line, known: DrawnLine | undefined): HTMLTableRowElement {
    if (line.type === 'group') {
      const node = known?.node ?? toGroupNode();
      if (known?.line !== line) fillGroup(node, line);
      return node;
    }
    if (known && isSameRow(known.line, line)) return known.node;
    const node = toRowNode(line.row);
    fillTimes(node, line.row, feed.present);
    return node;
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
    const isBelowHeading = lines[0]?.type === 'group' && lines[current]?.type === 'row';
    const covered = isBelowHeading ? height : 0;
    if (top - covered < scroller.scrollTop) scroller.scrollTop = top - covered;
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

  /** To the left a group closes, and from one of its rows the heading is reached; to the right it opens. */
  function foldBy(isClosing: boolean): void {
    const line = lines[current];
    if (line?.type === 'group' && line.isFolded !== isClosing) onFold(line.name);
    else if (line?.type === 'row' && isClosing) {
      const heading = headingOf(current);
      if (heading) moveTo(heading.index);
    }
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
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') foldBy(event.key === 'ArrowLeft');
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
        if (line.type === 'row') fillTimes(node, line.row, feed.present);
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

function isSameRow(a: Line, b: Line): boolean {
  return a.type === 'row' && b.type === 'row' && a.row === b.row;
}

function setHeight(space: HTMLTableRowElement, height: number): void {
  space.style.height = `${height}px`;
  space.hidden = height <= 0;
}
