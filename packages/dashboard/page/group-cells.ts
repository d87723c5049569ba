import { conditionWords, describeCount, stateWords } from '@migration-status/core';
import { element } from './elements.ts';
import { toSymbol } from './row-cells.ts';
import type { GroupLine, GroupNumbers } from './rows.ts';
import { drawBar } from './state-bar.ts';
import { shownStates } from './states.ts';

/** The heading of a group, empty. */
export function toGroupNode(): HTMLTableRowElement {
  return element('tr', { class: 'group' }, element('th', { scope: 'rowgroup' }));
}

/** Writes into a heading what its group is and how many of it are in each state. */
export function fillGroup(node: HTMLTableRowElement, { name, numbers, isFolded }: GroupLine): void {
  const [heading] = node.cells;
  heading?.setAttribute('aria-expanded', String(!isFolded));
  heading?.replaceChildren(
    element(
      'div',
      { class: 'heading' },
      element(
        'span',
        { class: 'caption', title: name },
        element('span', { class: 'fold', 'aria-hidden': 'true' }, isFolded ? '▸' : '▾'),
        element('span', { class: 'text' }, name || 'no group'),
      ),
      element(
        'span',
        { class: 'size' },
        `${describeCount(numbers.done)} of ${describeCount(numbers.total)} done`,
      ),
      toBar(numbers),
      element('span', { class: 'chips' }, ...toChips(numbers)),
      ...toMarks(numbers),
    ),
  );
}

function toBar({ states }: GroupNumbers): HTMLElement {
  const bar = element('span', { class: 'bar', 'aria-hidden': 'true' });
  drawBar(bar, states);
  return bar;
}

function toChips({ states }: GroupNumbers): readonly HTMLElement[] {
  return shownStates.flatMap((state) => {
    const count = states.get(state) ?? 0;
    if (count === 0) return [];
    const words = `${describeCount(count)} ${stateWords[state]}`;
    return [element('span', { class: 'chip', 'data-state': state }, toSymbol(state), words)];
  });
}

/** What we cannot see well stands by itself, because it stays in sight where there is no room for all states. */
function toMarks({ conditions }: GroupNumbers): readonly HTMLElement[] {
  return [...conditions].map(([kind, count]) =>
    element(
      'span',
      { class: 'condition', 'data-kind': kind },
      `${describeCount(count)} ${conditionWords[kind]}`,
    ),
  );
}
