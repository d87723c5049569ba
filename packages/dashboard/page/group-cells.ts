import { conditionWords, statesByUrgency, stateWords } from '@migration-status/core';
import { element } from './elements.ts';
import { toSymbol } from './row-cells.ts';
import type { GroupLine, GroupNumbers } from './rows.ts';

/** The heading of a group, empty. */
export function toGroupNode(): HTMLTableRowElement {
  return element('tr', { class: 'group' }, element('th', { scope: 'rowgroup' }));
}

/** Writes into a heading what its group is and how many of it are in each state. */
export function fillGroup(node: HTMLTableRowElement, { name, numbers, isFolded }: GroupLine): void {
  const [heading] = node.cells;
  heading?.setAttribute('aria-expanded', String(!isFolded));
  heading?.replaceChildren(
    element('span', { class: 'fold', 'aria-hidden': 'true' }, isFolded ? '▸' : '▾'),
    element('span', { class: 'text' }, name || 'no group'),
    element('span', { class: 'size' }, `${toCount(numbers.done)} of ${toCount(numbers.total)} done`),
    ...toChips(numbers),
  );
}

function toChips({ states, conditions }: GroupNumbers): readonly HTMLElement[] {
  const chips = ([...statesByUrgency, 'unread'] as const).map((state) => {
    const count = states.get(state);
    const words = `${toCount(count)} ${stateWords[state]}`;
    return count && element('span', { class: 'chip', 'data-state': state }, toSymbol(state), words);
  });
  const marks = [...conditions].map(([kind, count]) =>
    element('span', { class: 'condition', 'data-kind': kind }, `${toCount(count)} ${conditionWords[kind]}`),
  );
  return [...chips.filter((chip) => typeof chip === 'object'), ...marks];
}

function toCount(count = 0): string {
  return count.toLocaleString('en');
}
