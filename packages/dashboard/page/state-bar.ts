import { type MigrationState, statesByUrgency, stateWords } from '@migration-status/core';
import type { SnapshotNumbers } from '../src/feed-event.ts';
import { byId, element } from './elements.ts';
import { toSymbol } from './row-cells.ts';

/** Shows how many migrations are in each state, as one bar and as buttons that choose. */
export function drawStates(
  numbers: SnapshotNumbers,
  chosen: Set<MigrationState>,
  onChoice: () => void,
): void {
  const { counts, total } = numbers;
  const present = statesByUrgency.filter((state) => counts[state] > 0 || chosen.has(state));
  byId('bar', HTMLElement).replaceChildren(
    ...present.map((state) => {
      const part = element('span', {
        'data-state': state,
        title: `${counts[state].toLocaleString('en')} ${stateWords[state]}`,
      });
      part.style.flexGrow = String(counts[state]);
      return part;
    }),
  );
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
        element('strong', {}, counts[state].toLocaleString('en')),
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
