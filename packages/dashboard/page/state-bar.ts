import { describeCount, stateWords } from '@migration-status/core';
import type { SnapshotNumbers } from '../src/feed-event.ts';
import { byId, element } from './elements.ts';
import { toSymbol } from './row-cells.ts';
import { type ShownState, shownStates } from './states.ts';

/** Shows how many migrations are in each state, as one bar and as buttons that choose. */
export function drawStates(numbers: SnapshotNumbers, chosen: Set<ShownState>, onChoice: () => void): void {
  const { total } = numbers;
  const counts: Readonly<Record<ShownState, number>> = { ...numbers.counts, unread: numbers.unread };
  const present = shownStates.filter((state) => counts[state] > 0 || chosen.has(state));
  drawBar(byId('bar', HTMLElement), new Map(present.map((state) => [state, counts[state]])));
  const list = byId('states', HTMLUListElement);
  const focused =
    document.activeElement instanceof HTMLElement ? document.activeElement.dataset.choice : undefined;
  list.replaceChildren(
    ...present.map((state) => {
      const share = total > 0 ? counts[state] / total : 0;
      const button = element(
        'button',
        {
          type: 'button',
          'data-choice': state,
          'data-state': state,
          'aria-pressed': String(chosen.has(state)),
        },
        toSymbol(state),
        element('span', { class: 'word' }, stateWords[state]),
        element('strong', {}, describeCount(counts[state])),
        element(
          'span',
          { class: 'share', 'aria-hidden': 'true' },
          share > 0 && share < 0.01 ? '< 1 %' : `${Math.round(share * 100)} %`,
        ),
      );
      button.addEventListener('click', () => {
        if (!chosen.delete(state)) chosen.add(state);
        onChoice();
      });
      return element('li', {}, button);
    }),
  );
  if (focused) list.querySelector<HTMLElement>(`[data-choice="${focused}"]`)?.focus();
}

/** Draws numbers per state as one bar, the most urgent first. */
export function drawBar(bar: HTMLElement, counts: ReadonlyMap<ShownState, number>): void {
  bar.replaceChildren(
    ...shownStates.flatMap((state) => {
      const count = counts.get(state) ?? 0;
      if (count === 0) return [];
      const title = `${describeCount(count)} ${stateWords[state]}`;
      const part = element('span', { 'data-state': state, title });
      part.style.flexGrow = String(count);
      return part;
    }),
  );
}
